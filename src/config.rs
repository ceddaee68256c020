//! Settings: flags over environment over file over defaults. Nothing else reads the environment.

use serde::Deserialize;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use crate::store::{StoreError, StoreUrl};
use crate::vault::RootKeySource;

/// Settings as given on the command line or in the environment.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Flags {
    /// Settings file (TOML) with the same names as the flags
    #[arg(long, env = "TUTELA_CONFIG", global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Directory for databases and the root key, where no other place is given
    #[arg(long, env = "TUTELA_DATA", global = true, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// The record: sqlite:PATH or postgres://USER:PASSWORD@HOST/DATABASE
    #[arg(long, env = "TUTELA_DATABASE", global = true, value_name = "URL", hide_env_values = true)]
    pub database: Option<String>,
    /// The key store: sqlite:PATH or postgres://…; beside the record unless given
    #[arg(long, env = "TUTELA_KEYS", global = true, value_name = "URL", hide_env_values = true)]
    pub keys: Option<String>,
    /// File that holds the root key, readable by its owner only
    #[arg(long, env = "TUTELA_ROOT_KEY", global = true, value_name = "FILE")]
    pub root_key: Option<PathBuf>,
    /// Command that prints the root key, with its arguments separated by spaces
    #[arg(long, env = "TUTELA_ROOT_KEY_COMMAND", global = true, value_name = "COMMAND")]
    pub root_key_command: Option<String>,
    /// File that holds the sealing key, readable by its owner only; only the sealer reads it
    #[arg(long, env = "TUTELA_SEALING_KEY_FILE", global = true, value_name = "FILE")]
    pub sealing_key_file: Option<PathBuf>,
    /// Command that prints the sealing key, with its arguments separated by spaces
    #[arg(long, env = "TUTELA_SEALING_KEY_COMMAND", global = true, value_name = "COMMAND")]
    pub sealing_key_command: Option<String>,
    /// Socket of a sealer that somebody else runs; one is started beside the service unless given
    #[arg(long, env = "TUTELA_SEALER_SOCKET", global = true, value_name = "PATH")]
    pub sealer_socket: Option<PathBuf>,
    /// Directory of packs to use instead of the ones that are part of the program
    #[arg(long, env = "TUTELA_PACKS", global = true, value_name = "DIR")]
    pub packs: Option<PathBuf>,
    /// Address to listen on
    #[arg(long, env = "TUTELA_LISTEN", global = true, value_name = "ADDRESS")]
    pub listen: Option<SocketAddr>,
    /// Log lines as JSON
    #[arg(long, env = "TUTELA_LOG_JSON", global = true)]
    pub log_json: bool,
}

/// The settings file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    data: Option<PathBuf>,
    database: Option<String>,
    keys: Option<String>,
    root_key: Option<PathBuf>,
    root_key_command: Option<String>,
    sealing_key_file: Option<PathBuf>,
    sealing_key_command: Option<String>,
    sealer_socket: Option<PathBuf>,
    packs: Option<PathBuf>,
    listen: Option<SocketAddr>,
    log_json: bool,
}

/// Settings in force.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The record.
    pub database: StoreUrl,
    /// The key store.
    pub keys: StoreUrl,
    /// Where the root key comes from.
    pub root_key: RootKeySource,
    /// The root key's file, if it is one.
    pub root_key_file: Option<PathBuf>,
    /// Where the sealing key comes from.
    pub sealing_key: RootKeySource,
    /// The sealing key's file, if it is one.
    pub sealing_key_file: Option<PathBuf>,
    /// Where the sealer listens.
    pub sealer_socket: PathBuf,
    /// Whether somebody else runs the sealer.
    pub sealer_elsewhere: bool,
    /// Packs to use instead of the embedded ones.
    pub packs: Option<PathBuf>,
    /// Address to listen on.
    pub listen: SocketAddr,
    /// Log lines as JSON.
    pub log_json: bool,
}

/// Why the settings are not usable.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the settings file {path}: {source}")]
    Read {
        /// The file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is not as expected.
    #[error("the settings file {path} is not as expected: {reason}")]
    Form {
        /// The file.
        path: String,
        /// What is wrong and where.
        reason: String,
    },
    /// A database address cannot be read.
    #[error(transparent)]
    Url(#[from] StoreError),
}

/// Port on which the service listens unless told otherwise.
const PORT: u16 = 8780;

impl Settings {
    /// Puts flags, environment, file and defaults together.
    ///
    /// # Errors
    /// [`ConfigError`] for the first thing that is not usable.
    pub fn resolve(flags: &Flags) -> Result<Self, ConfigError> {
        let file = flags.config.as_deref().map(read_file).transpose()?.unwrap_or_default();
        let data = flags.data.clone().or(file.data).unwrap_or_else(|| PathBuf::from("data"));
        let sqlite = |name: &str| StoreUrl::Sqlite(data.join(name));
        let database = match flags.database.clone().or(file.database) {
            Some(url) => url.parse()?,
            None => sqlite("tutela.db"),
        };
        let keys = match flags.keys.clone().or(file.keys) {
            Some(url) => url.parse()?,
            None => match &database {
                StoreUrl::Postgres(url) => StoreUrl::Postgres(url.clone()),
                StoreUrl::Sqlite(path) => StoreUrl::Sqlite(path.with_file_name("keys.db")),
            },
        };
        let (root_key, root_key_file) = key_source(
            flags.root_key_command.clone().or(file.root_key_command),
            flags.root_key.clone().or(file.root_key).unwrap_or_else(|| data.join("root.key")),
        );
        let sealing_file = flags.sealing_key_file.clone().or(file.sealing_key_file);
        let (sealing_key, sealing_key_file) = key_source(
            flags.sealing_key_command.clone().or(file.sealing_key_command),
            sealing_file.unwrap_or_else(|| data.join("sealing.key")),
        );
        let socket = flags.sealer_socket.clone().or(file.sealer_socket);
        Ok(Self {
            database,
            keys,
            root_key,
            root_key_file,
            sealing_key,
            sealing_key_file,
            sealer_elsewhere: socket.is_some(),
            sealer_socket: socket.unwrap_or_else(|| data.join("sealer.sock")),
            packs: flags.packs.clone().or(file.packs),
            listen: flags.listen.or(file.listen).unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], PORT))),
            log_json: flags.log_json || file.log_json,
        })
    }
}

fn key_source(command: Option<String>, file: PathBuf) -> (RootKeySource, Option<PathBuf>) {
    match command {
        Some(command) => {
            (RootKeySource::Command(command.split_whitespace().map(str::to_owned).collect()), None)
        }
        None => (RootKeySource::File(file.clone()), Some(file)),
    }
}

impl Flags {
    /// The same settings for a process that this one starts. They travel in its environment, because a command line is
    /// read by everybody on the machine and an address may hold a password.
    pub fn environment(&self) -> Vec<(&'static str, std::ffi::OsString)> {
        let paths = [
            ("TUTELA_CONFIG", &self.config),
            ("TUTELA_DATA", &self.data),
            ("TUTELA_ROOT_KEY", &self.root_key),
            ("TUTELA_SEALING_KEY_FILE", &self.sealing_key_file),
            ("TUTELA_SEALER_SOCKET", &self.sealer_socket),
            ("TUTELA_PACKS", &self.packs),
        ];
        let texts = [
            ("TUTELA_DATABASE", &self.database),
            ("TUTELA_KEYS", &self.keys),
            ("TUTELA_ROOT_KEY_COMMAND", &self.root_key_command),
            ("TUTELA_SEALING_KEY_COMMAND", &self.sealing_key_command),
        ];
        let paths = paths.into_iter().filter_map(|(name, path)| Some((name, path.clone()?.into_os_string())));
        let texts = texts.into_iter().filter_map(|(name, text)| Some((name, text.clone()?.into())));
        paths.chain(texts).collect()
    }
}

fn read_file(path: &Path) -> Result<File, ConfigError> {
    let name = path.display().to_string();
    let text =
        std::fs::read_to_string(path).map_err(|source| ConfigError::Read { path: name.clone(), source })?;
    toml::from_str(&text).map_err(|error| ConfigError::Form { path: name, reason: error.to_string() })
}
