"""The commands by what they are about; `entrepot.cli` loads each module only when it is needed."""
