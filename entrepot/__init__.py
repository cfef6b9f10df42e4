"""The Entrepot SDK: ask ports' data questions, keep the receipts, trust nothing that does not verify.

    import entrepot

    mp = entrepot.connect("statistics-office.json")
"""
