from pathlib import Path

import pytest

from entrepot.errors import InputError, LogError
from entrepot.log import Copy, RemoteLog, still_holds, verify_log
from entrepot.proofs.notes import VerifierKey
from entrepot.transport import Access, Transport
from tests.entrepot.service import CLIENT, SECRET, problem
from tests.entrepot.tlog import TinyLog, canonical, statement


def log_of(size):
    """A log of that many entries."""
    log = TinyLog()
    for i in range(size):
        log.append(statement(number=i))
    return log


KEY = VerifierKey.parse(TinyLog().log.vkey)


class Memory:
    """A log in memory; `honest` is the log that its checkpoint and audit paths are of."""

    def __init__(self, log, honest=None):
        self.log = log
        self.honest = honest or log

    def checkpoint(self):
        return self.honest.checkpoint()

    def entries(self, size):
        return iter(self.log.leaves()[:size])

    def path(self, index, size):
        return [bytes.fromhex(step) for step in self.honest.proof(index, size)["hashes"]]


def tampered(size, index):
    """A log in which one entry was changed after it was signed, and the one it was."""
    changed, honest = log_of(size), log_of(size)
    changed.entries[index] = {**changed.entries[index], "kind": "refusal"}
    return changed, honest


def copy_of(log):
    """A copy of a log."""
    return Copy(log.checkpoint(), tuple(log.leaves()))


@pytest.mark.parametrize("size", [0, 1, 5, 8])
def test_honest_log_verifies(size):
    assert len(verify_log(Memory(log_of(size)), KEY).kept) == size


@pytest.mark.parametrize("index", [0, 3, 6])
def test_changed_entry_is_named(index):
    with pytest.raises(LogError, match=f"entry {index} is not the one under the checkpoint"):
        verify_log(Memory(*tampered(7, index)), KEY)


def test_first_of_changed_entries_is_named():
    changed, honest = tampered(7, 5)
    changed.entries[2] = {**changed.entries[2], "kind": "grant"}
    with pytest.raises(LogError, match="entry 2 is not"):
        verify_log(Memory(changed, honest), KEY)


def test_paths_of_changed_tree_name_nothing():
    changed, honest = tampered(7, 3)
    source = Memory(changed)
    source.checkpoint = honest.checkpoint
    with pytest.raises(LogError, match="cannot be told which"):
        verify_log(source, KEY)


def test_earlier_copy_names_changed_entry():
    changed, honest = tampered(7, 3)
    source = Memory(changed)
    source.checkpoint = honest.checkpoint
    with pytest.raises(LogError, match="entry 3 is not"):
        verify_log(source, KEY, earlier=copy_of(honest))


def test_grown_log_continues_earlier():
    found = verify_log(Memory(log_of(7)), KEY, earlier=copy_of(log_of(4)))
    assert len(found.kept) == 7


@pytest.mark.parametrize("earlier", [copy_of(log_of(4)), Copy(log_of(4).checkpoint())])
def test_history_rewritten_and_signed_anew_is_noticed(earlier):
    rewritten, _ = tampered(7, 2)
    says = "entry 2 is not the one in" if earlier.kept else "among the first 4 entries one is not"
    with pytest.raises(LogError, match=says):
        verify_log(Memory(rewritten), KEY, earlier=earlier)


def test_shorter_log_is_a_rollback():
    with pytest.raises(LogError, match="has 3 entries, but had 4 before"):
        verify_log(Memory(log_of(3)), KEY, earlier=copy_of(log_of(4)))


def test_checkpoint_of_other_log_is_refused():
    source = Memory(TinyLog(seed=7))
    with pytest.raises(LogError, match="checkpoint: not signed by"):
        verify_log(source, KEY)


def test_earlier_checkpoint_must_be_signed():
    with pytest.raises(LogError, match="earlier checkpoint: not a signed note"):
        verify_log(Memory(log_of(3)), KEY, earlier=Copy("made up\n"))


def test_copy_reads_back(tmp_path):
    copy_of(log_of(3)).save(tmp_path)
    assert verify_log(Copy.read(tmp_path), KEY) == copy_of(log_of(3))


def test_mere_checkpoint_is_a_copy(tmp_path):
    (tmp_path / "c").write_text(log_of(3).checkpoint())
    assert Copy.read(tmp_path / "c") == Copy(log_of(3).checkpoint())


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        (log_of(3).leaves()[:2], "has 2 entries, its checkpoint 3"),
        ([*log_of(3).leaves()[:2], b"{"], "entry 2 of the copy is not strict JSON"),
        ([b"{}", *log_of(3).leaves()[1:]], "an entry, it cannot be told which,"),
    ],
)
def test_damaged_copy_is_named(lines, complaint):
    with pytest.raises(LogError, match=complaint):
        verify_log(Copy(log_of(3).checkpoint(), tuple(lines)), KEY)


def test_missing_copy_is_input_fault():
    with pytest.raises(InputError, match="cannot read"):
        Copy.read(Path("/nowhere"))


@pytest.fixture
def remote(service):
    transport = Transport(service.url, Access(CLIENT, SECRET))
    yield RemoteLog(transport)
    transport.close()


def test_remote_log_verifies(remote, service):
    found = verify_log(remote, KEY)
    assert list(found.kept) == [canonical(entry) for entry in service.log.entries]


def test_entry_changed_at_service_is_named(remote, service):
    service.pages["/v1/log/entries/1"] = {**service.log.entries[1], "kind": "grant"}
    with pytest.raises(LogError, match="entry 1 is not the one under the checkpoint of size 2"):
        verify_log(remote, KEY)


@pytest.mark.parametrize(
    ("reply", "says"),
    [
        (problem(404, code="NOT_FOUND", detail="no entry"), "entry 0 cannot be had: no entry"),
        (problem(500, code="INTEGRITY_FAILED", detail="changed"), "entry 0 cannot be had: changed"),
        ((200, "application/json", b'{"a":1.5e999}'), "not strict JSON"),
    ],
)
def test_entry_that_service_withholds_is_named(remote, service, reply, says):
    checkpoint = service.log.checkpoint().encode()
    service.scripted = [(200, "text/plain", checkpoint), reply]
    with pytest.raises(Exception, match=says):
        verify_log(remote, KEY)


def test_malformed_path_is_named(remote, service):
    service.pages["/v1/log/entries/1"] = {}
    service.pages["/v1/log/proof"] = {"hashes": ["00"]}
    with pytest.raises(LogError, match="the proof of entry 0 does not fit"):
        verify_log(remote, KEY)


def test_receipt_still_held():
    log = log_of(3)
    receipt = log.receipt(1)
    log.append(statement())
    assert still_holds(Memory(log), KEY, receipt).size == 4
