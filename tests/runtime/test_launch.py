"""The launcher: a script runs the same in the warm worker and in place, whatever happens to either."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the warm worker is for Linux")

REPORT = """
import json, os, sys
print("to stdout"); print("to stderr", file=sys.stderr)
mask = os.umask(0); os.umask(mask)
about = {"argv": sys.argv, "cwd": os.getcwd(), "path": sys.path[0], "umask": mask, "mark": os.environ.get("MARK"),
         "parent": os.getppid(), "warm": "transformers.trainer" in sys.modules}
json.dump(about, open(os.environ["REPORT"], "w"))
sys.exit(int(sys.argv[1]))
"""
SEEDED = """
import sys, torch
from safetensors.torch import save_file
torch.manual_seed(7)
layer = torch.nn.Linear(32, 32)
for _ in range(20):
    loss = layer(torch.randn(16, 32)).square().mean()
    loss.backward()
save_file({"w": layer.weight.detach(), "g": layer.weight.grad}, sys.argv[1])
"""
SLEEP = "import sys, time, os\nopen(sys.argv[1], 'w').write(str(os.getpid()))\ntime.sleep(60)\n"


@pytest.fixture(scope="module")
def private(tmp_path_factory) -> dict[str, str]:
    """An environment whose worker no other run uses; it leaves soon after the last test."""
    folder = tmp_path_factory.mktemp("run")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("SLURM", "INTERTASK"))}
    return environment | {
        "XDG_RUNTIME_DIR": str(folder),
        "INTERTASK_WORKER_IDLE_SECONDS": "20",
        "OMP_NUM_THREADS": "1",
    }


def command(*arguments) -> list[str]:
    return [sys.executable, "-m", "intertask.runtime.launch", *map(str, arguments)]


def launch(environment, *arguments, **options) -> subprocess.CompletedProcess:
    return subprocess.run(command(*arguments), env=environment, capture_output=True, text=True, timeout=120, **options)


@pytest.fixture
def script(tmp_path):
    def write(text: str) -> Path:
        path = tmp_path / "scripts" / "job.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return path

    return write


def socket_of(environment) -> Path:
    (path,) = Path(environment["XDG_RUNTIME_DIR"]).glob("intertask-*/*.sock")
    return path


def wait_for(condition, seconds: float = 30):
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, "timed out"
        time.sleep(0.05)
    return value


def alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("warm", [True, False])
def test_script_sees_what_it_would_see_without_the_launcher(private, script, tmp_path, warm):
    path = script(REPORT)
    environment = private | {"MARK": "här", "REPORT": str(tmp_path / "r.json")}
    if not warm:
        environment["INTERTASK_WARM_WORKER"] = "0"
    done = launch(environment, "--usage", tmp_path / "u" / "usage.json", path, "3", "two words", "--x", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (3, "to stdout\n", "to stderr\n")
    seen = json.loads((tmp_path / "r.json").read_text())
    assert seen["argv"] == [str(path), "3", "two words", "--x"]
    assert (seen["cwd"], seen["path"], seen["mark"]) == (str(tmp_path), str(path.parent), "här")
    assert seen["umask"] == int(subprocess.check_output(["sh", "-c", "umask"]), 8)
    assert seen["warm"] == warm
    usage = json.loads((tmp_path / "u" / "usage.json").read_text())
    assert 0 < usage["seconds"] < 60
    assert 5 < usage["max_rss_mb"] < 4000


def test_a_cluster_job_runs_in_place(private, script, tmp_path):
    environment = private | {"SLURM_JOB_ID": "1", "REPORT": str(tmp_path / "r.json")}
    assert launch(environment, script(REPORT), "0").returncode == 0
    assert not json.loads((tmp_path / "r.json").read_text())["warm"]


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("import sys; sys.exit('plain words')", 1, "plain words"),
        ("raise ValueError('a bug')", 1, "ValueError: a bug"),
        ("import sys; sys.exit()", 0, ""),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", -signal.SIGKILL, ""),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", -signal.SIGSEGV, ""),
    ],
)
def test_ends_as_the_script_ends(private, script, text, code, words):
    done = launch(private, script(text))
    assert done.returncode == code
    assert words in done.stderr


def test_result_is_byte_identical_warm_and_cold(private, script, tmp_path):
    path = script(SEEDED)
    launch(private, path, tmp_path / "warm", check=True)
    launch(private | {"INTERTASK_WARM_WORKER": "0"}, path, tmp_path / "cold", check=True)
    assert (tmp_path / "warm").read_bytes() == (tmp_path / "cold").read_bytes()


def test_changed_code_is_seen_by_the_next_job(private, script, tmp_path):
    path = script("import helper; print(helper.VALUE)")
    for value in ("1", "2"):
        (path.parent / "helper.py").write_text(f"VALUE = {value}  # {'x' * int(value)}\n")
        assert launch(private, path).stdout == f"{value}\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_reach_the_script(private, script, tmp_path, number):
    job = subprocess.Popen(command(script(SLEEP), tmp_path / "pid"), env=private, stderr=subprocess.DEVNULL)
    pid = int(wait_for(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text()))
    job.send_signal(number)
    assert job.wait(20) in (-number, 128 + number, 1)
    wait_for(lambda: not alive(pid))


def test_a_killed_launcher_leaves_no_orphan(private, script, tmp_path):
    job = subprocess.Popen(command(script(SLEEP), tmp_path / "pid"), env=private)
    pid = int(wait_for(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text()))
    job.kill()
    job.wait()
    wait_for(lambda: not alive(pid), 5)


def test_many_jobs_at_once(private, script, tmp_path):
    path = script("import sys; print(sys.argv[1])")
    jobs = [subprocess.Popen(command(path, i), env=private, stdout=subprocess.PIPE, text=True) for i in range(20)]
    assert [job.communicate(timeout=60)[0] for job in jobs] == [f"{i}\n" for i in range(20)]
    assert {job.returncode for job in jobs} == {0}


def test_socket_is_the_users_alone(private, script):
    launch(private, script("pass"), check=True)
    path = socket_of(private)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_folder_that_is_open_to_others_is_not_used(private, script, tmp_path):
    folder = tmp_path / f"intertask-{os.getuid()}"
    folder.mkdir()
    folder.chmod(0o777)
    environment = private | {"XDG_RUNTIME_DIR": str(tmp_path)}
    assert launch(environment, script("print('in place')")).stdout == "in place\n"
    assert not list(folder.iterdir())


def test_a_lost_worker_is_no_success_and_no_loss(private, script, tmp_path):
    """SIGKILL of the worker while a job runs: the job's process ends with it, and the script is run in place."""
    path = script(
        "import os, sys, time\nname = sys.argv[1]\n"
        "if os.path.exists(name):\n    print('second'); sys.exit(0)\n"
        "open(name, 'w').write(f'{os.getpid()} {os.getppid()}'); time.sleep(60)\n"
    )
    job = subprocess.Popen(command(path, tmp_path / "pid"), env=private, stdout=subprocess.PIPE, text=True)
    text = wait_for(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text())
    child, worker = map(int, text.split())
    os.kill(worker, signal.SIGKILL)
    assert job.communicate(timeout=60)[0] == "second\n"
    assert job.returncode == 0
    wait_for(lambda: not alive(child), 5)


def test_an_idle_worker_leaves(private, script, tmp_path):
    environment = private | {"XDG_RUNTIME_DIR": str(tmp_path), "INTERTASK_WORKER_IDLE_SECONDS": "1"}
    assert launch(environment, script("print('once')")).stdout == "once\n"
    wait_for(lambda: not list(tmp_path.glob("intertask-*/*.sock")), 20)
    assert launch(environment, script("print('again')")).stdout == "again\n"
