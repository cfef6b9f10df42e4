def test_server_is_alive(web):
    assert web.client.get("/healthz").json() == {"status": "ok"}


def test_readiness_tells_how_shut_in(web):
    body = web.client.get("/readyz").json()
    assert (body["status"], body["issuer"]) == ("ready", "embedded, for demonstrations only")
    assert body["engine"]["engine"] == "duckdb"
    assert "process" in body["engine"]["sandbox"]


def test_altered_log_is_not_ready(web, settings):
    note = settings.data_directory / "keys" / "log.checkpoint"
    note.write_text(note.read_text().replace("\n", "\n9", 1))
    reply = web.client.get("/readyz")
    assert (reply.status_code, reply.json()["code"]) == (500, "INTEGRITY_FAILED")
