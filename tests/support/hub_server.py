"""A local hub that gives the few answers of the Hugging Face hub's server that its clients request."""

import hashlib
import json
import threading
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

Files = dict[str, bytes]


@dataclass
class Hub:
    """Repositories by kind ('datasets', 'models'), name and revision; and what was asked for."""

    repositories: dict[tuple[str, str], dict[str, Files]] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    #: Answers with 503 that a path still gets, by a part of the path.
    failures: Counter = field(default_factory=Counter)
    address: str = ""

    def add(self, name: str, files: Files, kind: str = "datasets", revision: str = "main") -> None:
        """Put files into a repository; a revision is a branch, or a commit where it has 40 hexadecimal digits."""
        self.repositories.setdefault((kind, name), {}).setdefault(revision, {}).update(files)

    def find(self, kind: str, name: str, revision: str) -> tuple[str, Files] | None:
        """Commit and files of a revision, itself a name or a commit."""
        for branch, files in self.repositories[kind, name].items():
            commit = commit_of(branch, files)
            if revision in (branch, commit):
                return commit, files
        return None


def commit_of(branch: str, files: Files) -> str:
    """A commit's name: the branch, if that is one, else a sum over the files."""
    if len(branch) == 40:
        return branch
    return hashlib.sha1(
        repr(sorted((path, hashlib.sha1(data).digest()) for path, data in files.items())).encode()
    ).hexdigest()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: Hub

    def do_GET(self):
        self._serve()

    def do_HEAD(self):
        self._serve()

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length") or 0)) if "paths-info" not in self.path else None
        self._serve()

    def log_message(self, *args):
        pass

    def _serve(self):
        path = unquote(urlsplit(self.path).path)
        self.hub.requests.append(f"{self.command} {path}")
        for part, left in self.hub.failures.items():
            if part in path and left > 0:
                self.hub.failures[part] -= 1
                return self._answer(503, b"busy")
        api = path.startswith("/api/")
        parts = path.removeprefix("/api").strip("/").split("/")
        kind = parts.pop(0) if parts[0] in ("datasets", "models") else "models"
        name, rest = "/".join(parts[:2]), parts[2:]
        if (kind, name) not in self.hub.repositories:
            return self._error(401 if api else 404, "RepoNotFound", "Repository not found")
        if not rest:
            rest = ["revision", "main"]
        verb, rest = rest[0], "/".join(rest[1:])
        names = self.hub.repositories[kind, name]
        known = [*names, *(commit_of(branch, files) for branch, files in names.items())]
        revision = next((r for r in known if rest == r or rest.startswith(f"{r}/")), None)
        if revision is None:
            return self._error(404, "RevisionNotFound", f"Invalid rev id: {rest.partition('/')[0]}")
        commit, files = self.hub.find(kind, name, revision)
        inside = rest.removeprefix(revision).strip("/")
        if verb == "resolve":
            return self._file(commit, files, inside)
        if verb == "revision":
            siblings = [{"rfilename": file} for file in files]
            return self._json({"id": name, "sha": commit, "siblings": siblings, "private": False, "tags": []})
        if verb == "tree":
            found = [
                _entry(file, data) for file, data in files.items() if file.startswith(f"{inside}/" if inside else "")
            ]
            if "recursive=true" not in self.path.lower():
                found = _one_level(files, inside)
            if inside and not found:
                return self._error(404, "EntryNotFound", f"{inside} does not exist")
            return self._json(found)
        if verb == "paths-info":
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            wanted = json.loads(body)["paths"] if body.startswith("{") else _form_paths(body)
            folders = [
                {"type": "directory", "oid": "0" * 40, "size": 0, "path": path}
                for path in wanted
                if any(file.startswith(f"{path}/") for file in files)
            ]
            return self._json([*(_entry(path, files[path]) for path in wanted if path in files), *folders])
        return self._error(404, "EntryNotFound", f"no such page: {path}")

    def _file(self, commit: str, files: Files, path: str):
        if path not in files:
            return self._error(404, "EntryNotFound", f"{path} does not exist", {"X-Repo-Commit": commit})
        headers = {
            "X-Repo-Commit": commit,
            "ETag": f'"{hashlib.sha1(files[path]).hexdigest()}"',
            "Accept-Ranges": "bytes",
        }
        data, status = files[path], 200
        if (wanted := self.headers.get("Range", "")).startswith("bytes="):
            first, _, last = wanted[6:].partition("-")
            end = int(last) + 1 if last else len(data)
            headers["Content-Range"] = f"bytes {first}-{end - 1}/{len(data)}"
            data, status = data[int(first) : end], 206
        self._answer(status, data, headers)

    def _json(self, value):
        self._answer(200, json.dumps(value).encode(), {"Content-Type": "application/json"})

    def _error(self, status: int, code: str, message: str, headers: dict | None = None):
        self._answer(status, message.encode(), {"X-Error-Code": code, "X-Error-Message": message, **(headers or {})})

    def _answer(self, status: int, body: bytes, headers: dict | None = None):
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def _form_paths(body: str) -> list[str]:
    return [unquote(pair.partition("=")[2].replace("+", " ")) for pair in body.split("&") if pair.startswith("paths=")]


def _entry(path: str, data: bytes) -> dict:
    return {"type": "file", "oid": hashlib.sha1(data).hexdigest(), "size": len(data), "path": path}


def _one_level(files: Files, folder: str) -> list[dict]:
    prefix = f"{folder}/" if folder else ""
    found = {}
    for path, data in files.items():
        if path.startswith(prefix):
            head, slash, _ = path[len(prefix) :].partition("/")
            name = prefix + head
            found[name] = (
                {"type": "directory", "oid": "0" * 40, "size": 0, "path": name} if slash else _entry(name, data)
            )
    return list(found.values())


@contextmanager
def serving(hub: Hub):
    """The hub at an address of this machine, while the block runs."""
    handler = type("Handler", (_Handler,), {"hub": hub})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    hub.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
