//! The program itself, as an operator runs it.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

const PROGRAM: &str = env!("CARGO_BIN_EXE_tutela");

/// A data directory of its own.
pub(crate) struct Home {
    pub(crate) data: tempfile::TempDir,
    settings: Vec<(String, String)>,
}

impl Home {
    pub(crate) fn new() -> Self {
        Self { data: tempfile::tempdir().unwrap(), settings: Vec::new() }
    }

    /// A data directory that is there already.
    pub(crate) fn over(data: tempfile::TempDir) -> Self {
        Self { data, settings: Vec::new() }
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.settings.push((name.into(), value.into()));
        self
    }

    /// With keys, an office and somebody who works there; gives the bearer token.
    pub(crate) fn ready(&self) -> String {
        self.must(&["keys", "init"]);
        self.must(&[
            "user",
            "office",
            "HW",
            "--zh",
            "河湾区人民检察院",
            "--en",
            "Hewan District Procuratorate",
        ]);
        self.must(&["user", "add", "wu.min", "--name", "吴敏", "--role", "clerk@HW"]);
        self.must(&["user", "token", "wu.min"]).trim().to_owned()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.data.path().join(name)
    }

    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command
            .args(words)
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("TUTELA_DATA", self.data.path())
            .env("RUST_LOG", "warn");
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, words: &[&str]) -> Output {
        self.command(words).output().unwrap()
    }

    /// Output of a command that must succeed.
    pub(crate) fn must(&self, words: &[&str]) -> String {
        let output = self.run(words);
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// What a command that must fail says.
    pub(crate) fn fails(&self, words: &[&str]) -> String {
        let mut command = Command::new("timeout");
        let plain = self.command(words);
        command.args(["30"]).arg(plain.get_program()).args(plain.get_args()).env_clear();
        command.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let output = command.output().unwrap();
        assert!(!output.status.success(), "{words:?} succeeded: {}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8(output.stderr).unwrap()
    }

    pub(crate) fn serve(&self) -> Served {
        Served::start(self.command(&["serve", "--listen", "127.0.0.1:0"]))
    }
}

/// A service that runs in a process of its own.
pub(crate) struct Served {
    pub(crate) child: Child,
    pub(crate) address: String,
    said: mpsc::Receiver<String>,
}

impl Served {
    /// Starts a service and waits until it listens.
    pub(crate) fn start(mut command: Command) -> Self {
        command.env("RUST_LOG", "tutela=info").stdout(Stdio::null()).stderr(Stdio::piped());
        #[expect(clippy::zombie_processes, reason = "dropping what is returned waits for it")]
        let mut child = command.spawn().unwrap();
        let (tell, said) = mpsc::channel();
        let lines = BufReader::new(child.stderr.take().unwrap());
        std::thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                let _ = tell.send(line);
            }
        });
        let deadline = Instant::now() + Duration::from_mins(1);
        let mut heard = Vec::new();
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let line = said.recv_timeout(left).unwrap_or_else(|_| panic!("not listening: {heard:?}"));
            if let Some((_, rest)) = line.split_once("127.0.0.1:") {
                let port: String = rest.chars().take_while(char::is_ascii_digit).collect();
                return Self { child, address: format!("127.0.0.1:{port}"), said };
            }
            heard.push(line);
        }
    }

    /// Ends it at once, as a power failure would.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop, and waits.
    pub(crate) fn stop(mut self) -> std::process::ExitStatus {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        self.child.wait().unwrap()
    }

    /// Waits until it ends by itself; gives what it said.
    pub(crate) fn ended(mut self) -> (std::process::ExitStatus, String) {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                let said: Vec<String> = self.said.iter().collect();
                return (status, said.join("\n"));
            }
            assert!(Instant::now() < deadline, "it goes on");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// One request over a connection of its own: status and body, or nothing when the service is gone.
    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        token: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Option<(u16, String)> {
        send(&self.address, method, path, token, headers, body)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) fn send(
    address: &str,
    method: &str,
    path: &str,
    token: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Option<(u16, String)> {
    use std::io::Write as _;
    let mut stream = std::net::TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(40))).ok()?;
    let more =
        headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect::<Vec<_>>().concat();
    let request = format!(
        "{method} {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n{more}content-type: \
         application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let status = answer.split(' ').nth(1)?.parse().ok()?;
    let (_, body) = answer.split_once("\r\n\r\n")?;
    Some((status, body.to_owned()))
}

/// The program's path, for a shell.
pub(crate) fn program() -> &'static Path {
    Path::new(PROGRAM)
}
