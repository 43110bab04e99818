#!/usr/bin/env bash
# A real Slurm on this machine alone, to test with: munge, slurmctld, and a slurmd for each of several pretended nodes.
#
#   slurm_lab.sh start FOLDER         bring it up; everything it has lies under FOLDER
#   slurm_lab.sh env FOLDER           what a shell needs to use it, for eval
#   slurm_lab.sh crash FOLDER NODE    node1 or node2 dies: its daemon and its jobs are killed at once
#   slurm_lab.sh revive FOLDER NODE   it is back
#   slurm_lab.sh stop FOLDER          cancel all jobs, end the daemons
#
# NODES=2, GPUS=1 (of each node, device files that nothing opens), PORT=17817 of slurmctld; node N has PORT + N.
# Needs Debian's or Ubuntu's slurmctld, slurmd, slurm-client and munge, and root (to make the device files).
set -euo pipefail

command=${1:?start, env, crash, revive or stop}
folder=$(realpath -m "${2:?a folder}")
node=${3:-}
nodes=${NODES:-2} gpus=${GPUS:-1} port=${PORT:-17817}
export PATH=$PATH:/usr/sbin:/sbin SLURM_CONF=$folder/slurm.conf

fail() { echo "slurm_lab: $*" >&2; exit 2; }
all_nodes() { seq -f node%.0f "$nodes"; }
alive() { grep -q '^State:[[:space:]]*[^Z[:space:]]' "/proc/$1/status" 2>/dev/null; }

# Pids of the processes that have a daemon's log open: the daemon and, if it is a slurmd, the steps that it started.
writers() { { find /proc/[0-9]*/fd -lname "$folder/log/$1.log" 2>/dev/null || true; } | cut -d/ -f3 | sort -u; }

recorded() { # DAEMON: its pid, if it runs and is ours
    local pid; pid=$(cat "$folder/run/$1.pid" 2>/dev/null) || return 1
    alive "$pid" && writers "$1" | grep -x "$pid"
}

node_processes() { # NODE: its slurmd, the steps of its jobs, and all below them
    writers "slurmd-$1" >"$folder/run/writers"
    ps -eo pid=,ppid= | awk -v file="$folder/run/writers" '
        BEGIN { while ((getline pid < file) > 0) ours[pid] = 1 }
        { parent[$1] = $2 }
        END { for (p in parent) for (q = p; q > 1; q = parent[q]) if (q in ours) { print p; break } }'
}

end() { # DAEMON
    local pid; pid=$(recorded "$1") || return 0
    kill "$pid" 2>/dev/null || true
    for _ in $(seq 100); do alive "$pid" || return 0; sleep 0.1; done
    kill -9 "$pid" 2>/dev/null || true
}

configure() {
    local i
    mkdir -p "$folder"/{bin,dev,log,run,state}
    (umask 077; head -c 1024 /dev/urandom >"$folder/munge.key")
    # The plugin drops all SLURM_ variables inside a job before it calls srun: wrappers bring SLURM_CONF back.
    printf '#!/bin/sh\nSLURM_CONF=%s exec /usr/bin/"${0##*/}" "$@"\n' "'$SLURM_CONF'" >"$folder/bin/client"
    # What each step of a job got, as it was told by Slurm.
    printf '#!/bin/sh\necho "$SLURM_JOB_ID $SLURMD_NODENAME ${CUDA_VISIBLE_DEVICES:-none}" >>%s\n' \
        "'$folder/devices.txt'" >"$folder/bin/prolog"
    chmod 755 "$folder/bin/client" "$folder/bin/prolog"
    for i in sbatch srun squeue scancel scontrol sinfo sacct sacctmgr sshare; do ln -sf client "$folder/bin/$i"; done
    # A GPU counts only with a device file whose name ends in its number: copies of /dev/null.
    for ((i = 0; i < gpus; i++)); do
        [ -c "$folder/dev/nvidia$i" ] || mknod -m 666 "$folder/dev/nvidia$i" c 1 3
    done
    {
        echo AutoDetect=off
        for ((i = 0; i < gpus; i++)); do echo "NodeName=node[1-$nodes] Name=gpu File=$folder/dev/nvidia$i"; done
    } >"$folder/gres.conf"
    cat >"$SLURM_CONF" <<CONF
ClusterName=lab
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort=$port
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthType=auth/munge
# for as long as cred_expire a job that is queued again waits
AuthInfo=socket=$folder/run/munge.sock,cred_expire=5
CredType=cred/munge
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool-%n
SlurmctldPidFile=$folder/run/slurmctld.pid
SlurmdPidFile=$folder/run/slurmd-%n.pid
SlurmctldLogFile=$folder/log/slurmctld.log
SlurmdLogFile=$folder/log/slurmd-%n.log
TaskProlog=$folder/bin/prolog
# no cgroups and no database, in a container or out of one
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=2
JobAcctGatherParams=OverMemoryKill
# squeue knows of ended jobs for as long
MinJobAge=1800
# quick to start, to end and to notice
SchedulerParameters=batch_sched_delay=0,sched_min_interval=0,sched_interval=2,bf_interval=2
KillWait=2
ReturnToService=2
SlurmdTimeout=5
TCPTimeout=2
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
GresTypes=gpu
# nodes have what stands here, not what the machine has
SlurmdParameters=config_overrides
$(for ((i = 1; i <= nodes; i++)); do
    echo "NodeName=node$i NodeHostname=localhost NodeAddr=127.0.0.1 Port=$((port + i)) CPUs=8 RealMemory=64000 Gres=gpu:$gpus"
done)
PartitionName=main Nodes=node[1-$nodes] Default=YES MaxTime=1-00:00:00 State=UP
CONF
}

start_node() {
    recorded "slurmd-$1" >/dev/null && return
    rm -rf "$folder/spool-$1"; mkdir "$folder/spool-$1" # as after a reboot
    slurmd -f "$SLURM_CONF" -N "$1"
}

case $command in
start)
    if ! recorded slurmctld >/dev/null; then
        if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then fail "port $port is taken; set PORT"; fi
        configure
    fi
    recorded munged >/dev/null || munged --force --key-file="$folder/munge.key" --socket="$folder/run/munge.sock" \
        --pid-file="$folder/run/munged.pid" --log-file="$folder/log/munged.log" --seed-file="$folder/run/munged.seed"
    recorded slurmctld >/dev/null || slurmctld -f "$SLURM_CONF"
    for name in $(all_nodes); do start_node "$name"; done
    for _ in $(seq 100); do
        up=$(timeout 10 sinfo -h -N -o '%N %t' | grep -cE ' (idle|mix|alloc)$') || true
        [ "$up" = "$nodes" ] && exit
        sleep 0.2
    done
    fail "the nodes did not come up: $folder/log"
    ;;
env)
    echo "export SLURM_CONF='$SLURM_CONF' PATH='$folder/bin':\"\$PATH\""
    ;;
crash)
    # at once, so that no process can report it
    kill -9 $(node_processes "${node:?which node}") 2>/dev/null || true
    ;;
revive)
    start_node "${node:?which node}"
    ;;
stop)
    if recorded slurmctld >/dev/null; then
        timeout 20 scancel --user="$(id -un)" || true
        for _ in $(seq 50); do [ -n "$(timeout 5 squeue -h -t R,CG,PD)" ] || break; sleep 0.2; done
    fi
    for name in $(all_nodes); do
        end "slurmd-$name"
        kill -9 $(node_processes "$name") 2>/dev/null || true # what has not ended with its job
    done
    end slurmctld
    end munged
    ;;
*) fail "no such command: $command" ;;
esac
