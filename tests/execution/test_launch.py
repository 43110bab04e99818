"""The launcher: a script runs the same in the warm worker and in place, whatever happens to either."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from launching import SLEEP, alive, command, launch, socket_of
from waiting import DEADLINE_SECONDS, wait_for

from intertask.execution import launch as launcher

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the warm worker is for Linux")

REPORT = """
import json, os, sys, time
print("to stdout"); print("to stderr", file=sys.stderr)
mask = os.umask(0); os.umask(mask)
about = {"argv": sys.argv, "cwd": os.getcwd(), "path": sys.path[0], "umask": mask, "mark": os.environ.get("MARK"),
         "parent": os.getppid(), "warm": "transformers.trainer" in sys.modules}
json.dump(about, open(os.environ["REPORT"], "w"))
while time.process_time() < 0.2:
    pass
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


@pytest.mark.parametrize("warm", [True, False])
def test_script_sees_what_it_would_see_without_the_launcher(private, script, tmp_path, warm):
    path = script(REPORT)
    environment = private | {"MARK": "här", "REPORT": str(tmp_path / "r.json")}
    if not warm:
        environment["INTERTASK_WARM_WORKER"] = "0"
    done = launch(environment, "--log", "results/logs/u/job.log", path, "3", "two words", "--x", cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (3, "to stdout\n", "to stderr\n")
    seen = json.loads((tmp_path / "r.json").read_text())
    assert seen["argv"] == [str(path), "3", "two words", "--x"]
    assert (seen["cwd"], seen["path"], seen["mark"]) == (str(tmp_path), str(path.parent), "här")
    assert seen["umask"] == int(subprocess.check_output(["sh", "-c", "umask"]), 8)
    assert seen["warm"] == warm
    usage = json.loads((tmp_path / "results/benchmarks/u/job.json").read_text())
    assert usage["seconds"] > 0
    assert 5 < usage["max_rss_mb"] < 4000
    assert usage["cpu_seconds"] > 0.19  # of the script, which uses 0.2 s; the launcher uses less


def test_a_cluster_job_runs_in_place(light, script, tmp_path):
    environment = light | {"SLURM_JOB_ID": "1", "REPORT": str(tmp_path / "r.json")}
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
def test_ends_as_the_script_ends(light, script, text, code, words):
    done = launch(light, script(text))
    assert done.returncode == code
    assert words in done.stderr


def test_result_is_byte_identical_warm_and_cold(private, script, tmp_path):
    path = script(SEEDED)
    launch(private, path, tmp_path / "warm", check=True)
    launch(private | {"INTERTASK_WARM_WORKER": "0"}, path, tmp_path / "cold", check=True)
    assert (tmp_path / "warm").read_bytes() == (tmp_path / "cold").read_bytes()


def test_changed_code_is_seen_by_the_next_job(light, script, tmp_path):
    path = script("import helper; print(helper.VALUE)")
    for value in ("1", "2"):
        (path.parent / "helper.py").write_text(f"VALUE = {value}  # {'x' * int(value)}\n")
        assert launch(light, path).stdout == f"{value}\n"


LIKE_PYTHON = """
import atexit, os, sys, threading, time
print(__name__, __file__, sys.argv, sys.path[0], __import__("__main__").__dict__ is globals())
atexit.register(print, "at exit")
threading.Thread(target=lambda: (time.sleep(0.3), print("thread done"))).start()
def fail():
    raise ValueError("a bug")
fail()
"""


def test_script_runs_and_fails_as_python_would_run_it(light, script):
    """By a relative name and a symbolic link: __file__, argv, search path, threads waited for, traceback, exit code."""
    path = script(LIKE_PYTHON)
    (path.parent / "links").mkdir()
    (path.parent / "links" / "link.py").symlink_to(path)
    plain = subprocess.run(
        [sys.executable, "links/link.py", "a"], cwd=path.parent, env=light, capture_output=True, text=True
    )
    warm = launch(light, "links/link.py", "a", cwd=path.parent)
    assert plain.stdout.endswith("True\nthread done\nat exit\n")
    assert (warm.returncode, warm.stdout, warm.stderr) == (plain.returncode, plain.stdout, plain.stderr)


@pytest.mark.parametrize("switch", ["1", "0"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_signals_reach_the_script(light, script, tmp_path, number, switch):
    environment = light | {"INTERTASK_WARM_WORKER": switch}
    path = script("print('begun')\n" + SLEEP)
    job = subprocess.Popen(
        command(path, tmp_path / "pid"),
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Begun with nohup, or in the background, the tests inherit signals that are ignored.
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),
    )
    pid = int(wait_for(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text()))
    job.send_signal(number)
    out, err = job.communicate(timeout=DEADLINE_SECONDS)
    assert job.returncode == -number
    wait_for(lambda: not alive(pid))
    if number == signal.SIGINT:  # Python's own end: what was printed is written, one traceback
        assert out == "begun\n"
        assert err.count("KeyboardInterrupt") == 1


def test_an_ignored_hangup_stays_ignored(light, script, tmp_path):
    """As under nohup."""
    path = script(SLEEP.replace("time.sleep(3600)", "time.sleep(1); print('finished')"))
    ignoring = ["sh", "-c", 'trap "" HUP; exec "$@"', "sh", *command(path, tmp_path / "pid")]
    job = subprocess.Popen(ignoring, env=light, stdout=subprocess.PIPE, text=True)
    wait_for(lambda: (tmp_path / "pid").exists())
    job.send_signal(signal.SIGHUP)
    assert job.communicate(timeout=DEADLINE_SECONDS)[0] == "finished\n"
    assert job.returncode == 0


@pytest.mark.parametrize("switch", ["1", "0"])
def test_a_killed_launcher_leaves_no_orphan(light, script, tmp_path, switch):
    environment = light | {"INTERTASK_WARM_WORKER": switch}
    job = subprocess.Popen(command(script(SLEEP), tmp_path / "pid"), env=environment)
    pid = int(wait_for(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text()))
    job.kill()
    job.wait()
    wait_for(lambda: not alive(pid))


@pytest.mark.parametrize("switch", ["1", "0"])
def test_a_killed_snakemake_leaves_no_orphan(light, script, tmp_path, switch):
    """The launcher's parent, a shell, lives on."""
    run = subprocess.Popen(["sleep", "3600"])
    environment = light | {"INTERTASK_WARM_WORKER": switch, "INTERTASK_RUN": str(run.pid)}
    job = subprocess.Popen(command(script(SLEEP), tmp_path / "pid"), env=environment)
    pid = int(wait_for(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text()))
    assert job.poll() is None
    run.kill()
    run.wait()
    assert job.wait(DEADLINE_SECONDS) == -signal.SIGKILL
    wait_for(lambda: not alive(pid))


def test_many_jobs_at_once(light, script, tmp_path):
    path = script("import sys; print(sys.argv[1])")
    jobs = [subprocess.Popen(command(path, i), env=light, stdout=subprocess.PIPE, text=True) for i in range(20)]
    assert [job.communicate(timeout=DEADLINE_SECONDS)[0] for job in jobs] == [f"{i}\n" for i in range(20)]
    assert {job.returncode for job in jobs} == {0}


def test_socket_is_the_users_alone(light, script):
    launch(light, script("pass"), check=True)
    path = socket_of(light)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_folder_that_is_open_to_others_is_not_used(light, script, tmp_path):
    folder = tmp_path / f"intertask-{os.getuid()}"
    folder.mkdir()
    folder.chmod(0o777)
    environment = light | {"XDG_RUNTIME_DIR": str(tmp_path)}
    assert launch(environment, script("print('in place')")).stdout == "in place\n"
    assert not list(folder.iterdir())


@pytest.fixture
def bare_worker(light, tmp_path, monkeypatch):
    """A worker without the imports, changed by some lines of code; run_warm in this process uses it."""
    processes = []

    def start(code: str = "pass", idle: str = "20") -> tuple[subprocess.Popen, Path]:
        address = tmp_path / "w.sock"
        lines = "import os, sys, time, threading\nfrom intertask.execution import worker\n"
        lines += f"worker.WARM = worker.WARM_PACKAGES = ()\n{code}\n"
        process = subprocess.Popen(
            [sys.executable, "-c", lines + "worker.main()", str(address)],
            env=light | {"INTERTASK_WORKER_IDLE_SECONDS": idle},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        processes.append(process)
        monkeypatch.setattr(launcher, "_connect", lambda start: wait_for(lambda: launcher._try(address)))
        return process, address

    yield start
    for process in processes:
        process.kill()
        process.communicate()


def test_an_idle_worker_leaves(bare_worker, script):
    worker, address = bare_worker(idle="1")
    assert launcher.run_warm([str(script("pass"))])["status"] == 0
    assert address.exists()
    assert worker.wait(DEADLINE_SECONDS) == 0
    assert not address.exists()


def test_a_failed_fork_is_no_success(bare_worker, script):
    bare_worker("def fail(): raise BlockingIOError('no more processes')\nos.fork = fail")
    assert launcher.run_warm([str(script("pass"))]) is None


def test_a_signal_before_the_script_has_begun_is_no_success(bare_worker, script):
    """SIGTERM to the child while it still has the server's handlers."""
    bare_worker(
        "import signal\nfork = os.fork\n"
        "def late():\n    child = fork()\n    if child == 0:\n        os.kill(os.getpid(), signal.SIGTERM)\n"
        "    return child\nos.fork = late"
    )
    assert launcher.run_warm([str(script("pass"))])["status"] == signal.SIGTERM


def test_a_worker_that_leaves_meanwhile_is_no_success(monkeypatch):
    ours, theirs = launcher.socket.socketpair()
    theirs.close()
    monkeypatch.setattr(launcher, "_connect", lambda start: ours)
    assert launcher.run_warm(["job.py"]) is None


def test_a_worker_with_threads_refuses_to_fork(bare_worker):
    worker, address = bare_worker("threading.Thread(target=time.sleep, args=(3600,), daemon=True).start()")
    assert "not safe to fork" in worker.communicate(timeout=DEADLINE_SECONDS)[0]
    assert worker.returncode == 1
    assert not address.exists()
    assert address.with_suffix(".unsafe").exists()  # the launcher does not try again


def test_a_python_without_the_steps_of_its_exit_gets_no_worker(bare_worker):
    worker, address = bare_worker("del threading._shutdown")
    assert "cannot end a forked job" in worker.communicate(timeout=DEADLINE_SECONDS)[0]
    assert worker.returncode == 1
    assert address.with_suffix(".unsafe").exists()


def test_a_short_job_starts_no_worker(private, script, tmp_path):
    environment = private | {"XDG_RUNTIME_DIR": str(tmp_path)}
    done = launch(environment, "--join", script("import sys; print('torch' in sys.modules)"))
    assert (done.returncode, done.stdout) == (0, "False\n")
    assert not list(tmp_path.rglob("*.sock"))
    assert launch(private, script("pass")).returncode == 0  # the worker runs
    assert launch(private, "--join", script("import sys; print('torch' in sys.modules)")).stdout == "True\n"


def test_a_stopped_worker_gets_no_job(bare_worker, script, monkeypatch):
    """The launcher then runs the script in place."""
    worker, address = bare_worker()
    wait_for(address.exists)
    os.kill(worker.pid, signal.SIGSTOP)
    monkeypatch.setattr(launcher, "_LOOK_SECONDS", 0.05)
    assert launcher.run_warm([str(script("pass"))]) is None


def test_a_job_of_a_worker_that_is_stopped_is_started_again(bare_worker, script, tmp_path, monkeypatch):
    worker, _ = bare_worker()
    monkeypatch.setattr(launcher, "_LOOK_SECONDS", 0.05)
    mark = tmp_path / "pid"
    path = script(SLEEP)

    def stop():
        wait_for(lambda: mark.exists() and mark.read_text())
        os.kill(worker.pid, signal.SIGSTOP)

    stopping = threading.Thread(target=stop)
    stopping.start()
    assert launcher.run_warm([str(path), str(mark)]) is None
    stopping.join()
    os.kill(worker.pid, signal.SIGCONT)
    wait_for(lambda: not alive(int(mark.read_text())))


def test_a_worker_that_never_begins_a_job_is_given_up(script, tmp_path, monkeypatch):
    """Another program listens at the address."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "w.sock"))
        listener.listen(1)
        monkeypatch.setattr(launcher, "_connect", lambda start: launcher._try(tmp_path / "w.sock"))
        monkeypatch.setattr(launcher, "_LOOK_SECONDS", 0.05)
        monkeypatch.setattr(launcher, "_BEGIN_SECONDS", 0.2)
        assert launcher.run_warm([str(script("pass"))]) is None


def test_workers_are_shared_by_jobs_with_the_same_start(monkeypatch, tmp_path):
    module = tmp_path / "models" / "base.py"
    module.parent.mkdir()
    module.touch()
    monkeypatch.setattr(launcher, "__file__", str(tmp_path / "execution" / "launch.py"))
    key = launcher.worker_key()
    monkeypatch.setenv("OMP_NUM_THREADS", "5")
    monkeypatch.setattr(sys, "path", ["/somewhere/else", *sys.path[1:]])
    assert launcher.worker_key() == key
    monkeypatch.setenv("HF_HOME", "/somewhere/else")  # read when it is imported
    assert launcher.worker_key() != key
    monkeypatch.undo()
    monkeypatch.setattr(launcher, "__file__", str(tmp_path / "execution" / "launch.py"))
    key = launcher.worker_key()
    os.utime(module, (1, 1))  # a changed library: the worker has imported the old one
    assert launcher.worker_key() != key
