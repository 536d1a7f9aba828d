"""Fashion-MNIST: the shipped sample, and the download against a server of our own."""

import gzip
import hashlib
import http.server
import threading

import pytest
import torch
from torchvision.datasets import FashionMNIST

from dlcourse import data


def test_the_sample_is_split_by_class():
    seen = []
    for split, count in (("train", 60), ("validation", 15), ("test", 15)):
        images, labels = data.fashion_mnist(split)
        assert images.shape == (10 * count, 1, 28, 28) and images.dtype == torch.uint8
        assert labels.dtype == torch.int64
        assert torch.bincount(labels).tolist() == [count] * 10
        seen.append(images.flatten(1))
    # No image is in two splits, which would make the test error too good.
    together = torch.cat(seen)
    assert len(torch.unique(together, dim=0)) == len(together) == 900


def test_the_splits_are_always_the_same():
    assert torch.equal(data.fashion_mnist("test")[0], data.fashion_mnist("test")[0])


def test_there_is_a_name_for_each_class():
    assert len(data.FASHION_MNIST_CLASSES) == 10
    assert data.FASHION_MNIST_CLASSES[9] == "Ankle boot"


def test_the_labels_name_what_is_in_the_images():
    """Trousers are dark in the middle column between the legs, bags are not."""
    images, labels = data.fashion_mnist("train")
    trousers = images[labels == 1, 0, 20:26, 13:15].float().mean()
    bags = images[labels == 8, 0, 14:20, 13:15].float().mean()
    assert trousers < bags


def test_an_unknown_split_is_named():
    with pytest.raises(ValueError, match="there is no 'valid', choose from train"):
        data.fashion_mnist("valid")


PER_CLASS = {"train": 1002, "t10k": 3}


def idx_files():
    """Return the four gzipped files of a tiny Fashion-MNIST by name."""
    files = {}
    for prefix, count in PER_CLASS.items():
        labels = torch.arange(10, dtype=torch.uint8).repeat(count)
        images = labels.view(-1, 1, 1).expand(-1, 28, 28).contiguous()
        head = b"\x00\x00\x08\x03" + b"".join(
            size.to_bytes(4, "big") for size in (len(labels), 28, 28)
        )
        body = head + images.numpy().tobytes()
        files[f"{prefix}-images-idx3-ubyte.gz"] = gzip.compress(body, 1)
        head = b"\x00\x00\x08\x01" + len(labels).to_bytes(4, "big")
        body = head + labels.numpy().tobytes()
        files[f"{prefix}-labels-idx1-ubyte.gz"] = gzip.compress(body, 1)
    return files


@pytest.fixture
def server(monkeypatch, tmp_path):
    """Serve the tiny set; ``server.missing`` and ``server.truncated`` hold bad names."""
    files = idx_files()
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            name = self.path.strip("/")
            asked.append(name)
            if name in httpd.missing:
                self.send_error(404)
                return
            body = files[name]
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if name in httpd.truncated else body)

        def log_message(self, *_):
            pass

    httpd = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    httpd.missing, httpd.truncated, httpd.asked = set(), set(), asked
    thread = threading.Thread(target=httpd.serve_forever)
    thread.start()
    monkeypatch.setattr(FashionMNIST, "mirrors", [f"http://127.0.0.1:{httpd.server_port}/"])
    sums = [(name, hashlib.md5(body).hexdigest()) for name, body in files.items()]
    monkeypatch.setattr(FashionMNIST, "resources", sums)
    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("DLCOURSE_PROFILE", "full")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    yield httpd
    httpd.shutdown()
    thread.join()
    httpd.server_close()


def test_the_full_set_is_downloaded_once_and_split(server, tmp_path, capfd):
    sizes, requests = {}, []
    for split in ("train", "validation", "test"):
        images, labels = data.fashion_mnist(split)
        sizes[split] = torch.bincount(labels).tolist()
        requests.append(len(server.asked))
        assert torch.equal(images[:, 0, 0, 0].long(), labels)
    assert sizes == {"train": [2] * 10, "validation": [1000] * 10, "test": [3] * 10}
    assert set(server.asked) == set(idx_files())
    assert requests[0] == requests[-1]
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["FashionMNIST"]
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("trouble", ["missing", "truncated"])
def test_a_failed_download_names_the_remedy_and_leaves_nothing(server, tmp_path, trouble):
    getattr(server, trouble).add("t10k-images-idx3-ubyte.gz")
    with pytest.raises(data.DownloadError, match=r"DLCOURSE_PROFILE=small") as caught:
        data.fashion_mnist("train")
    assert "\n" not in str(caught.value)
    assert list((tmp_path / "data").rglob("*")) == []
    # Once the trouble is over, the same call works.
    getattr(server, trouble).clear()
    assert len(data.fashion_mnist("test")[0]) == 30


def test_an_incomplete_folder_is_completed(server, tmp_path):
    raw = tmp_path / "data" / "FashionMNIST" / "raw"
    raw.mkdir(parents=True)
    (raw / "train-images-idx3-ubyte").write_bytes(b"half")
    assert len(data.fashion_mnist("test")[0]) == 30


def test_a_folder_that_cannot_be_written_is_named(server, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path / "file" / "data"))
    with pytest.raises(data.DownloadError, match=r"could not be downloaded to .*file"):
        data.fashion_mnist("test")


def test_the_data_folder_follows_the_variables(monkeypatch, tmp_path):
    monkeypatch.delenv("DLCOURSE_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert data.data_folder() == tmp_path / "dlcourse"
    monkeypatch.setenv("DLCOURSE_DATA", str(tmp_path / "here"))
    assert data.data_folder() == tmp_path / "here"
