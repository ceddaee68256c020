//! The root key: where it comes from, and when it is refused.
//!
//! It comes from a file only its owner may read, from a command (a key service's client), or from a systemd
//! credential; never from the database and never from an environment variable. Wherever it comes from, it is the same
//! short text: the tag `tutela-root-key-v1` and the key in base64, separated by white space.

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::VaultError;
use super::secret::Secret;

/// First word of a root key's text form.
const TAG: &str = "tutela-root-key-v1";
/// First word of a sealing key's text form.
const SEALING_TAG: &str = "tutela-sealing-key-v1";
/// Nothing longer is a root key; also bounds what a command may answer.
const MAX_TEXT: u64 = 4096;

/// Where the root key is loaded from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RootKeySource {
    /// A file that neither group nor others may touch.
    File(PathBuf),
    /// A program and its arguments, run without a shell; the key is what it prints.
    Command(Vec<String>),
    /// The name of a credential in `$CREDENTIALS_DIRECTORY` (systemd `LoadCredential=` or `LoadCredentialEncrypted=`).
    SystemdCredential(String),
}

/// Why the root key was not loaded or not made.
#[derive(Debug, thiserror::Error)]
pub enum RootKeyError {
    /// There is no such file or credential.
    #[error("no root key at {}: make one with `tutela keys init`, or name the one there is with --root-key / 没有根密钥：请以 `tutela keys init` 生成，或以 --root-key 指定", path.display())]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// A directory or device stands where the key should be.
    #[error("{} is not a regular file", path.display())]
    NotAFile {
        /// What was found.
        path: PathBuf,
    },
    /// Someone else on the machine could read the key.
    #[error("{} has mode {mode:03o}: others on this machine can reach the root key; run chmod 600 on it", path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// A file to be made is already there; a root key is never overwritten.
    #[error("{} exists already and is not overwritten", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// Reading or writing failed.
    #[error("root key at {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The text does not begin with the tag of a root key.
    #[error("this is not the key that is asked for: it should begin with {expected}")]
    Untagged {
        /// The first word that is expected.
        expected: &'static str,
    },
    /// What follows the tag is not base64.
    #[error("the root key is not valid base64")]
    NotBase64,
    /// The key has the wrong length.
    #[error("the root key is {found} bytes long, not 32")]
    Length {
        /// Bytes found.
        found: usize,
    },
    /// More text than a tag and a key.
    #[error("there is more than one root key, or other text beside it")]
    Surplus,
    /// The configured command is empty.
    #[error("the command for the root key is empty")]
    NoCommand,
    /// The command could not be run.
    #[error("{program} could not be run for the root key")]
    NotRun {
        /// The program.
        program: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The command ran and failed.
    #[error("{program} gave no root key (exit status {status:?})")]
    CommandFailed {
        /// The program.
        program: String,
        /// Its exit status; `None` when a signal ended it.
        status: Option<i32>,
    },
    /// The process was not started with credentials.
    #[error("$CREDENTIALS_DIRECTORY is not set: this process was given no credentials")]
    NoCredentials,
    /// A credential's name would leave the credentials directory.
    #[error("{name:?} is not the name of a credential")]
    CredentialName {
        /// The name.
        name: String,
    },
}

/// The root of the key hierarchy. Wiped when dropped; prints no key material.
#[derive(Debug)]
pub struct RootKey(Secret);

/// The second root of the key hierarchy: what opens sealed cases hangs on it. It has a tag of its own, so that neither
/// key is taken for the other. Wiped when dropped; prints no key material.
#[derive(Debug)]
pub struct SealingKey(Secret);

impl RootKey {
    /// Makes a new root key in a new file that only its owner may read (mode 600), and brings it to the disk.
    ///
    /// # Errors
    /// [`RootKeyError::Exists`] when there is anything at `path`, [`RootKeyError::Io`] otherwise.
    pub fn create_file(path: &Path) -> Result<Self, VaultError> {
        create_file(path, TAG).map(Self)
    }

    pub(super) fn bytes(&self) -> &[u8; 32] {
        self.0.bytes()
    }

    #[cfg(test)]
    pub(super) fn random() -> Self {
        Self(Secret::random().unwrap())
    }
}

impl SealingKey {
    /// As [`RootKey::create_file`].
    ///
    /// # Errors
    /// As there.
    pub fn create_file(path: &Path) -> Result<Self, VaultError> {
        create_file(path, SEALING_TAG).map(Self)
    }

    pub(super) fn bytes(&self) -> &[u8; 32] {
        self.0.bytes()
    }

    #[cfg(test)]
    pub(super) fn random() -> Self {
        Self(Secret::random().unwrap())
    }

    #[cfg(test)]
    pub(super) fn of_bytes(bytes: &[u8; 32]) -> Self {
        Self(Secret::from_slice(bytes).unwrap())
    }
}

fn create_file(path: &Path, tag: &str) -> Result<Secret, VaultError> {
    let key = Secret::random()?;
    let encoded = Zeroizing::new(STANDARD.encode(key.bytes()));
    let text = Zeroizing::new(format!("{tag}\n{}\n", encoded.as_str()));
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::AlreadyExists => RootKeyError::Exists { path: path.to_owned() },
        _ => RootKeyError::Io { path: path.to_owned(), source },
    };
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    File::open(parent.unwrap_or(Path::new("."))).and_then(|dir| dir.sync_all()).map_err(failed)?;
    Ok(key)
}

fn parse(text: &[u8], tag: &'static str) -> Result<Secret, RootKeyError> {
    let untagged = RootKeyError::Untagged { expected: tag };
    let Ok(text) = std::str::from_utf8(text) else { return Err(untagged) };
    let mut words = text.split_whitespace();
    if words.next() != Some(tag) {
        return Err(untagged);
    }
    let encoded = words.next().unwrap_or_default();
    let bytes = Zeroizing::new(STANDARD.decode(encoded).map_err(|_| RootKeyError::NotBase64)?);
    let key = Secret::from_slice(&bytes).ok_or(RootKeyError::Length { found: bytes.len() })?;
    if words.next().is_some() {
        return Err(RootKeyError::Surplus);
    }
    Ok(key)
}

impl RootKeySource {
    /// Loads the root key. A command is waited for as long as it runs.
    ///
    /// # Errors
    /// One exact [`RootKeyError`] for each thing that can be wrong.
    pub fn load(&self) -> Result<RootKey, RootKeyError> {
        self.load_tagged(TAG).map(RootKey)
    }

    /// Loads the sealing key. Only the sealer, and commands that make or change keys, do.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn load_sealing(&self) -> Result<SealingKey, RootKeyError> {
        self.load_tagged(SEALING_TAG).map(SealingKey)
    }

    fn load_tagged(&self, tag: &'static str) -> Result<Secret, RootKeyError> {
        match self {
            Self::File(path) => read_file(path, 0o077, tag),
            Self::Command(command) => run(command, tag),
            Self::SystemdCredential(name) => {
                credential(std::env::var_os("CREDENTIALS_DIRECTORY").as_deref(), name, tag)
            }
        }
    }
}

/// Reads a key file none of whose `forbidden` mode bits are set; the file that is checked is the one that is read.
fn read_file(path: &Path, forbidden: u32, tag: &'static str) -> Result<Secret, RootKeyError> {
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::NotFound => RootKeyError::Missing { path: path.to_owned() },
        _ => RootKeyError::Io { path: path.to_owned(), source },
    };
    let file = File::open(path).map_err(failed)?;
    let metadata = file.metadata().map_err(failed)?;
    if !metadata.is_file() {
        return Err(RootKeyError::NotAFile { path: path.to_owned() });
    }
    let mode = metadata.mode() & 0o777;
    if mode & forbidden != 0 {
        return Err(RootKeyError::Exposed { path: path.to_owned(), mode });
    }
    parse(&read_text(file).map_err(failed)?, tag)
}

fn credential(directory: Option<&OsStr>, name: &str, tag: &'static str) -> Result<Secret, RootKeyError> {
    if name.is_empty() || name.contains('/') || name == "." || name == ".." {
        return Err(RootKeyError::CredentialName { name: name.to_owned() });
    }
    let directory = directory.ok_or(RootKeyError::NoCredentials)?;
    // systemd admits the service's user by an access list, whose mask shows up as the group's read bit.
    read_file(&Path::new(directory).join(name), 0o037, tag)
}

fn run(command: &[String], tag: &'static str) -> Result<Secret, RootKeyError> {
    let (program, arguments) = command.split_first().ok_or(RootKeyError::NoCommand)?;
    let not_run = |source| RootKeyError::NotRun { program: program.clone(), source };
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(not_run)?;
    let text = match child.stdout.take() {
        Some(stdout) => read_text(stdout),
        None => Ok(Zeroizing::default()),
    };
    let status = child.wait().map_err(not_run)?;
    if !status.success() {
        return Err(RootKeyError::CommandFailed { program: program.clone(), status: status.code() });
    }
    parse(&text.map_err(not_run)?, tag)
}

fn read_text(from: impl Read) -> io::Result<Zeroizing<Vec<u8>>> {
    // Room for all of it at once, so that no half-read key stays behind when the buffer grows.
    let mut text = Zeroizing::new(Vec::with_capacity(2 * 4096));
    from.take(MAX_TEXT).read_to_end(&mut text)?;
    Ok(text)
}

#[cfg(test)]
mod tests;
