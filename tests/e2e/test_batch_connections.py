"""Files of batches over real connections: broken in the middle, and large."""

import http.client
import re
import socket
import time
import zipfile
from pathlib import Path
from urllib.parse import urlsplit

from tests.e2e.sample_page import wait_for
from tests.e2e.serving import TEST_COOKIE, Server
from tests.sample_images import image_bytes


def test_a_connection_that_breaks_in_the_middle_of_a_file_loses_nothing_of_it(slow_server: Server) -> None:
    address = urlsplit(slow_server.url)
    content = image_bytes(400, side_px=900)
    connection = http.client.HTTPConnection(address.hostname or "", address.port)

    def ask(method: str, path: str, body: str | bytes = "", **headers: str) -> tuple[int, bytes, dict[str, str]]:
        connection.request(method, path, body, headers | {"Cookie": TEST_COOKIE})
        answer = connection.getresponse()
        return answer.status, answer.read(), dict(answer.getheaders())

    kind = {"Content-Type": "application/json"}
    batch = ask("POST", "/api/v1/batches", "{}", **kind)[1]
    number = re.search(rb'"id":(\d+)', batch)
    assert number
    announcement = f'{{"files": [{{"path": "B-1/a.png", "byte_size": {len(content)}}}]}}'
    file = ask("POST", f"/api/v1/batches/{int(number[1])}/files", announcement, **kind)[1]
    file_number = re.search(rb'"id":(\d+)', file)
    assert file_number
    place = f"/api/v1/batches/{int(number[1])}/files/{int(file_number[1])}"

    half = 1_500_000
    head = (
        f"PATCH {place} HTTP/1.1\r\nHost: {address.netloc}\r\nCookie: {TEST_COOKIE}\r\n"
        f"Content-Length: {len(content)}\r\n"
        "Content-Type: application/offset+octet-stream\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n\r\n"
    )
    with socket.create_connection((address.hostname or "", address.port or 0)) as line:
        line.sendall(head.encode() + content[:half])
        time.sleep(0.3)
    wait_for(lambda: ask("HEAD", place)[2]["upload-offset"] == str(half))
    part = {"Content-Type": "application/offset+octet-stream", "Tus-Resumable": "1.0.0", "Upload-Offset": str(half)}
    status, _, headers = ask("PATCH", place, content[half:], **part)

    assert (status, headers["bloodcount-file-status"]) == (204, "accepted")
    connection.close()


def test_a_large_zip_file_leaves_the_servers_memory_flat(slow_server: Server, tmp_path: Path) -> None:
    archive = tmp_path / "large.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as packed:
        packed.writestr("M-1/a.png", image_bytes(500))
        for number in range(4):
            packed.writestr(f"M-1/{number}.bin", bytes([number]) * 100_000_000)
    address = urlsplit(slow_server.url)
    before_mb = slow_server.largest_memory_mb()
    connection = http.client.HTTPConnection(address.hostname or "", address.port)
    size = archive.stat().st_size
    kind = {"Content-Type": "application/json", "Cookie": TEST_COOKIE}
    connection.request("POST", "/api/v1/batches", "{}", kind)
    batch = re.search(rb'"id":(\d+)', connection.getresponse().read())
    assert batch
    announcement = f'{{"files": [{{"path": "large.zip", "byte_size": {size}}}]}}'
    connection.request("POST", f"/api/v1/batches/{int(batch[1])}/files", announcement, kind)
    file = re.search(rb'"id":(\d+)', connection.getresponse().read())
    assert file
    headers = {
        "Content-Type": "application/offset+octet-stream",
        "Tus-Resumable": "1.0.0",
        "Upload-Offset": "0",
        "Content-Length": str(size),
        "Cookie": TEST_COOKIE,
    }
    with archive.open("rb") as stream:
        connection.request("PATCH", f"/api/v1/batches/{int(batch[1])}/files/{int(file[1])}", stream, headers)
        answer = connection.getresponse()
        answer.read()

    assert size > 400_000_000
    assert (answer.status, answer.getheader("bloodcount-file-status")) == (204, "unpacking")

    def is_unpacked() -> bool:
        connection.request("GET", f"/api/v1/batches/{int(batch[1])}/files/{int(file[1])}", headers=kind)
        return b'"unpacked"' in connection.getresponse().read()

    wait_for(is_unpacked)
    assert slow_server.largest_memory_mb() < before_mb + 150
    connection.close()
