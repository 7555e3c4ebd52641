//! SeaweedFS: an S3 server that knows Object Lock, in one process, with its data in a directory that goes with it.
//!
//! Its own interface, the filer, deletes locked objects without a question. It listens on the loopback address like all the
//! rest, and shows why a bucket is only as good as what else can reach its disks.

use std::fs::{self, File};
use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use tempfile::TempDir;

use crate::identity::{IDENTITIES, Identity};
use crate::ports::Ports;
use crate::{install, wait};

/// On a busy machine with two cores it takes some seconds.
const START_TIMEOUT: Duration = Duration::from_secs(60);
/// How long a command of the administrator's shell may take. What it says fits in a pipe.
const SHELL_TIMEOUT: Duration = Duration::from_secs(20);

/// One connection to a port of this machine.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(500);

/// Every bucket takes some volumes; so many tests fit. They are files that grow with what is in them.
const VOLUMES_MAX: u32 = 400;

/// A port may be taken between being found and being used.
const STARTS_MAX: u32 = 3;

/// Runs the server and kills it when the line to this process breaks, so that a test that ends in whatever way leaves
/// nothing behind, data included; a word on the line means that the data stays.
const KEEPER: &str = r#"
home=$1; shift; exec 3<&0
"$@" </dev/null 3<&- &
server=$!
{
    read -r word <&3 || broken=1
    kill -KILL $server
    [ -z "$broken" ] || { while kill -0 $server; do :; done; rm -rf "$home"; }
} 2>/dev/null &
exec 3<&-
wait $server
"#;

/// A running server. It is killed when this value goes, and its data goes with it.
pub struct SeaweedFs {
    weed: PathBuf,
    home: TempDir,
    ports: Ports,
    child: Mutex<Option<Child>>,
}

impl SeaweedFs {
    /// Starts a server on free ports of the loopback address and waits until it answers. Installs it if need be.
    pub fn start() -> io::Result<Self> {
        let weed = install::SEAWEEDFS.file()?;
        let home = tempfile::Builder::new().prefix("palisade-seaweedfs-").tempdir()?;
        fs::write(home.path().join("identities.json"), IDENTITIES)?;
        fs::create_dir(home.path().join("data"))?;
        for (access, secret) in [Identity::Admin.keys(), Identity::Writer.keys()] {
            fs::write(home.path().join(access), access)?;
            fs::write(home.path().join(secret), secret)?;
        }
        let mut server = Self { weed, home, ports: Ports::free()?, child: Mutex::new(None) };
        for attempt in 1.. {
            match server.launch() {
                Err(error) if attempt == STARTS_MAX => return Err(error),
                Err(_) => server.ports = Ports::free()?,
                Ok(()) => break,
            }
        }
        Ok(server)
    }

    /// One server for all tests of a process, each of which makes buckets of its own. It ends with this process.
    ///
    /// # Panics
    ///
    /// When it does not start: no test that needs it can say anything then.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<SeaweedFs> = OnceLock::new();
        SHARED
            .get_or_init(|| Self::start().unwrap_or_else(|error| panic!("SeaweedFS does not start: {error}")))
    }

    /// The address of its S3 interface.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address())
    }

    /// Where its S3 interface listens.
    pub fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.ports.s3).into()
    }

    /// The address of its own interface, which knows no locks: what somebody with access to the disks could do.
    pub fn filer(&self) -> String {
        format!("http://127.0.0.1:{}", self.ports.filer)
    }

    /// The access key of the admin.
    pub fn access_key(&self) -> &'static str {
        Identity::Admin.keys().0
    }

    /// The secret key of the admin.
    pub fn secret_key(&self) -> &'static str {
        Identity::Admin.keys().1
    }

    /// Files with the access key and the secret key of somebody, as addresses of storages name them.
    pub fn key_files(&self, identity: Identity) -> (PathBuf, PathBuf) {
        let (access, secret) = identity.keys();
        (self.home.path().join(access), self.home.path().join(secret))
    }

    /// The address of a bucket, or of a prefix in one, for the storage crate: `s3://bucket?endpoint=…`.
    pub fn address_of(&self, bucket: &str, identity: Identity) -> String {
        let (access, secret) = self.key_files(identity);
        format!(
            "s3://{bucket}?endpoint={}&access_key_file={}&secret_key_file={}",
            self.endpoint(),
            access.display(),
            secret.display()
        )
    }

    /// Makes a bucket; with `lock` it has versions and Object Lock. It belongs to the writer, who may use no other.
    pub fn create_bucket(&self, name: &str, lock: bool) -> io::Result<()> {
        let mut command = format!("s3.bucket.create -name {name} -owner writer");
        if lock {
            command.push_str(" -withLock");
        }
        let said = self.shell(&command)?;
        let listed = self.shell("s3.bucket.list")?;
        let is_there = listed.lines().any(|line| line.split_whitespace().next() == Some(name));
        if is_there { Ok(()) } else { Err(io::Error::other(format!("bucket {name} was not made: {said}"))) }
    }

    /// Kills the server as a power cut would; its data stays for [`Self::restart`].
    pub fn kill(&self) {
        let mut child = self.child();
        if let Some(mut keeper) = child.take() {
            if let Some(mut line) = keeper.stdin.take() {
                // A keeper whose server ended by itself does not listen any more.
                _ = writeln!(line, "keep");
            }
            _ = keeper.wait();
        }
    }

    /// Starts the server again on the same data and the same ports, and waits until it answers. One that runs is killed. While
    /// it was away, one of its ports may have become that of somebody's outgoing connection: it is waited for.
    pub fn restart(&self) -> io::Result<()> {
        let mut problem = None;
        let started = wait::until("the ports of SeaweedFS", START_TIMEOUT, || {
            Ok(self.launch().map_err(|error| problem = Some(error)).ok())
        });
        started.map_err(|error| problem.unwrap_or(error))
    }

    fn launch(&self) -> io::Result<()> {
        self.kill();
        let child = self.command().spawn()?;
        *self.child() = Some(child);
        let ready = wait::until("SeaweedFS to answer", START_TIMEOUT, || {
            if let Some(status) = self.child().as_mut().and_then(|child| child.try_wait().transpose()) {
                return Err(io::Error::other(format!("SeaweedFS ended with {}: {}", status?, self.log())));
            }
            Ok(answers(self.address()).then_some(()))
        });
        // The S3 interface listens before there is a place for objects: the master has to hear of the volumes first.
        let ready = ready.and_then(|()| {
            wait::until("SeaweedFS to write", START_TIMEOUT, || {
                let listed = self.shell("volume.list")?;
                Ok(listed.contains(&format!("/{VOLUMES_MAX} ")).then_some(()))
            })
        });
        ready.inspect_err(|_| self.kill())
    }

    fn command(&self) -> Command {
        let home = self.home.path();
        let mut command = Command::new("sh");
        command.args(["-c", KEEPER, "keeper"]).arg(home);
        command.arg(&self.weed).arg("server").arg(format!("-dir={}", home.join("data").display()));
        command.args(["-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-s3.ip.bind=127.0.0.1", "-filer", "-s3"]);
        for (name, port) in self.ports.named() {
            command.arg(format!("-{name}={port}"));
        }
        command.arg(format!("-s3.config={}", home.join("identities.json").display()));
        command.arg(format!("-volume.max={VOLUMES_MAX}"));
        command.args(["-master.volumeSizeLimitMB=64", "-master.telemetry=false"]);
        // A bucket that nobody made is not there: an address with a mistake must be told.
        command.arg("-s3.autoCreateBucket=false");
        command.env("HOME", home).current_dir(home).stdin(Stdio::piped()).stdout(Stdio::null());
        match File::create(self.log_path()) {
            Ok(log) => command.stderr(log),
            Err(_) => command.stderr(Stdio::null()),
        };
        command
    }

    /// Runs a command of the administrator's shell and returns what it says.
    fn shell(&self, command: &str) -> io::Result<String> {
        let address = |http: u16, grpc: u16| format!("127.0.0.1:{http}.{grpc}");
        let mut shell = Command::new(&self.weed)
            .arg("shell")
            .arg(format!("-master={}", address(self.ports.master, self.ports.master_grpc)))
            .arg(format!("-filer={}", address(self.ports.filer, self.ports.filer_grpc)))
            .env("HOME", self.home.path())
            .current_dir(self.home.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        if let Some(mut input) = shell.stdin.take() {
            writeln!(input, "{command}")?;
        }
        // A shell without a server waits for one for ever.
        let ended = wait::until("the shell of SeaweedFS", SHELL_TIMEOUT, || shell.try_wait());
        if ended.is_err() {
            _ = shell.kill();
        }
        let done = shell.wait_with_output()?;
        ended?;
        Ok(format!("{}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr)))
    }

    fn log_path(&self) -> PathBuf {
        self.home.path().join("log")
    }

    /// The last lines of what the server said.
    fn log(&self) -> String {
        let text = fs::read_to_string(self.log_path()).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(5)..].join("\n")
    }

    /// Where its data lies.
    pub fn data(&self) -> &Path {
        self.home.path()
    }

    fn child(&self) -> MutexGuard<'_, Option<Child>> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for SeaweedFs {
    fn drop(&mut self) {
        self.kill();
    }
}

fn answers(address: SocketAddr) -> bool {
    TcpStream::connect_timeout(&address, CONNECT_TIMEOUT).is_ok()
}
