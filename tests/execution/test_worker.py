"""The warm worker when memory or disk run out, when runs share it, and when another process connects to it."""

import contextlib
import os
import pickle
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from launching import SLEEP, alive, command, launch, socket_of
from waiting import DEADLINE_SECONDS, wait_for

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the warm worker is for Linux")

SWITCHES = pytest.mark.parametrize("switch", ["1", "0"])
PARENT = "import os; print(os.getppid())"


def worker_of(light, script) -> int:
    """Process id of the worker, which is started if need be."""
    return int(launch(light, script(PARENT), check=True).stdout)


HUNGRY = """
import re, resource
used = int(re.search(r"VmSize:\\s+(\\d+)", open("/proc/self/status").read())[1]) * 1024
resource.setrlimit(resource.RLIMIT_AS, (used + 10**8, used + 10**8))
print("begun")
filled = bytearray(10**9)
print("not reached")
"""


@SWITCHES
def test_a_script_without_memory_fails_alone(light, script, switch):
    worker = worker_of(light, script)
    done = launch(light | {"INTERTASK_WARM_WORKER": switch}, script(HUNGRY))
    assert (done.returncode, done.stdout) == (1, "begun\n")
    assert "MemoryError" in done.stderr
    assert worker_of(light, script) == worker  # neither its end nor its limit


@SWITCHES
@pytest.mark.parametrize(("out", "err"), [("/dev/full", None), (None, "/dev/full"), ("/dev/full", "/dev/full")])
@pytest.mark.parametrize("text", ["print('little')", "print('much' * 10**5)"])
def test_a_log_on_a_full_disk_fails_as_with_plain_python(light, script, switch, text, out, err):
    path = script(f"import sys; {text}; {text[:-1]}, file=sys.stderr)")
    environment = light | {"INTERTASK_WARM_WORKER": switch}
    codes = []
    for words in ([sys.executable, str(path)], command(path)):
        with open(out or os.devnull, "w") as stdout, open(err or os.devnull, "w") as stderr:
            done = subprocess.run(words, env=environment, stdout=stdout, stderr=stderr, timeout=DEADLINE_SECONDS)
        codes.append(done.returncode)
    assert codes[0] == codes[1] != 0


def test_where_no_worker_can_be_the_script_runs_in_place(light, script, tmp_path):
    """A path that is too long for a socket: the worker cannot listen."""
    folder = tmp_path / ("long" * 25)
    folder.mkdir()
    done = launch(light | {"XDG_RUNTIME_DIR": str(folder)}, script("import sys; print(sys.argv[1:])"), "a")
    assert (done.returncode, done.stdout, done.stderr) == (0, "['a']\n", "")


def test_runs_at_once_share_a_worker_and_nothing_else(light, script, tmp_path):
    """Two runs in one folder, one in another; one of them is killed with all of its launchers."""
    path = script(
        "import os, sys, time\nname, seconds = sys.argv[1:]\nopen(name, 'w').write(f'{os.getpid()} {os.getppid()}')\n"
        "time.sleep(float(seconds)); print(os.getcwd(), name, os.environ['RUN'])\n"
    )
    folders = {"a": tmp_path / "one", "b": tmp_path / "one", "c": tmp_path / "two"}
    runs = {}
    for run, folder in folders.items():
        folder.mkdir(exist_ok=True)
        jobs = "".join(f"{' '.join(command(path, f'{run}{i}', 60 if run == 'a' else 2))} & " for i in range(3))
        runs[run] = subprocess.Popen(
            ["sh", "-c", f"{jobs} wait"],
            cwd=folder,
            env=light | {"RUN": run},
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
    pids = wait_for(lambda: len(f := [p.read_text() for r in folders for p in folders[r].glob(f"{r}?")]) == 9 and f)
    children, workers = zip(*(map(int, text.split()) for text in wait_for(lambda: all(pids) and pids)), strict=True)
    os.killpg(runs["a"].pid, signal.SIGKILL)
    for run in ("b", "c"):
        lines = sorted(runs[run].communicate(timeout=DEADLINE_SECONDS)[0].splitlines())
        assert lines == [f"{folders[run]} {run}{i} {run}" for i in range(3)]
    assert runs["a"].communicate(timeout=DEADLINE_SECONDS)[0] == ""
    assert len(set(workers)) == 1
    wait_for(lambda: not any(map(alive, children)))


@SWITCHES
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_job_is_a_failed_job(light, script, tmp_path, switch, number):
    """As the kernel does when memory runs out: not by way of the launcher."""
    worker = worker_of(light, script)
    job = subprocess.Popen(
        command(script(SLEEP), tmp_path / "pid"), env=light | {"INTERTASK_WARM_WORKER": switch}, text=True
    )
    pid = int(wait_for(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text()))
    os.kill(pid, number)
    assert job.wait(DEADLINE_SECONDS) == -number
    assert worker_of(light, script) == worker


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_worker_that_ends_takes_its_jobs_along_and_they_run_again_in_place(light, script, tmp_path, number):
    """SIGTERM as when the machine is shut down, SIGKILL as when its memory runs out."""
    path = script(
        "import os, sys, time\nname = sys.argv[1]\n"
        "if os.path.exists(name):\n    print('second'); sys.exit(3)\n"
        "open(name, 'w').write(f'{os.getpid()} {os.getppid()}'); time.sleep(3600)\n"
    )
    job = subprocess.Popen(command(path, tmp_path / "pid"), env=light, stdout=subprocess.PIPE, text=True)
    text = wait_for(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text())
    child, worker = map(int, text.split())
    os.kill(worker, number)
    assert job.communicate(timeout=DEADLINE_SECONDS)[0] == "second\n"
    assert job.returncode == 3
    wait_for(lambda: not alive(child) and not alive(worker))


class Trap:
    """What pickle would make of a file's name: the file."""

    def __init__(self, path: Path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


def test_requests_are_plain_data(light, script, tmp_path):
    worker = worker_of(light, script)
    body = pickle.dumps(Trap(tmp_path / "opened"))
    for data in (body, len(body).to_bytes(4, "big") + body, b"\x00\x00\x00\x02{}", b"\x00\x00\x00\x07\x00nothing", b""):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(socket_of(light)))
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            connection.settimeout(DEADLINE_SECONDS)
            with contextlib.suppress(ConnectionResetError):
                assert connection.recv(1) == b""  # refused
    assert not (tmp_path / "opened").exists()
    assert worker_of(light, script) == worker


@pytest.mark.skipif(os.getuid() != 0, reason="only root can try as another user")
def test_another_user_cannot_connect(light, script):
    worker_of(light, script)
    connect = "import socket, sys; socket.socket(socket.AF_UNIX).connect(sys.argv[1])"
    words = ["python3", "-I", "-c", connect, str(socket_of(light))]
    done = subprocess.run(words, cwd="/", user=65534, group=65534, extra_groups=[], capture_output=True, text=True)
    assert done.returncode != 0
    assert "PermissionError" in done.stderr


#: A machine with two GPUs, as far as Python can see; every call that would set up the driver is written down.
TWO_GPUS = """
import os, sys, torch
calls = []
def recorded(name):
    return lambda *_: calls.append(name) or 2
for name in ("_cuda_getDeviceCount", "_cuda_init", "_cuda_getCurrentRawStream"):
    setattr(torch._C, name, recorded(name))
torch.cuda._raw_device_count_nvml = lambda: 2
torch.cuda._lazy_init = recorded("_lazy_init")
assert torch.cuda.is_available() and not calls
from intertask.execution.worker import import_modules
import_modules()
assert not calls, calls
os.environ["CUDA_VISIBLE_DEVICES"] = ""  # a job without a GPU after one with
assert not torch.cuda.is_available()
torch.cuda._raw_device_count_nvml = lambda: -1
del os.environ["CUDA_VISIBLE_DEVICES"]
torch.cuda.is_available()
assert calls, "such a call would have been seen"
assert "transformers.trainer" in sys.modules
"""


@pytest.mark.slow
def test_imports_do_not_touch_the_gpu(private):
    """The driver does not survive a fork."""
    from intertask.execution.launch import _SAFE_TO_FORK

    subprocess.run([sys.executable, "-c", TWO_GPUS], env=private | _SAFE_TO_FORK, check=True, timeout=DEADLINE_SECONDS)
