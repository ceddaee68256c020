//! Settings: flags over environment over file over defaults. Nothing else reads the environment.

use serde::Deserialize;
use std::net::SocketAddr;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use crate::casework::signin::OidcSettings;
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
    /// Directory of packs to use instead of the ones that are part of the program
    #[arg(long, env = "TUTELA_PACKS", global = true, value_name = "DIR")]
    pub packs: Option<PathBuf>,
    /// Directory of access policies (Cedar) to use instead of the ones that are part of the program
    #[arg(long, env = "TUTELA_POLICY", global = true, value_name = "DIR")]
    pub policy: Option<PathBuf>,
    /// Address to listen on
    #[arg(long, env = "TUTELA_LISTEN", global = true, value_name = "ADDRESS")]
    pub listen: Option<SocketAddr>,
    /// Address under which browsers find the service, such as https://tutela.example; passkeys are bound to it
    #[arg(long, env = "TUTELA_ORIGIN", global = true, value_name = "URL")]
    pub origin: Option<String>,
    /// A proxy in front adds the address of each client to X-Forwarded-For
    #[arg(long, env = "TUTELA_BEHIND_PROXY", global = true)]
    pub behind_proxy: bool,
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
    packs: Option<PathBuf>,
    policy: Option<PathBuf>,
    listen: Option<SocketAddr>,
    origin: Option<String>,
    behind_proxy: bool,
    log_json: bool,
    oidc: Option<Oidc>,
}

/// An identity provider in the settings file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Oidc {
    issuer: String,
    client_id: String,
    client_secret_file: PathBuf,
    #[serde(default)]
    acr: Vec<String>,
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
    /// Packs to use instead of the embedded ones.
    pub packs: Option<PathBuf>,
    /// Access policies to use instead of the embedded ones.
    pub policy: Option<PathBuf>,
    /// Address to listen on.
    pub listen: SocketAddr,
    /// Address under which browsers find the service.
    pub origin: String,
    /// Whether a proxy in front says from which address a request comes.
    pub behind_proxy: bool,
    /// Log lines as JSON.
    pub log_json: bool,
    /// Identity provider through which people may sign in.
    pub oidc: Option<Oidc>,
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
    /// Others could read a secret.
    #[error("{path} can be read by others; make it its owner's alone: chmod 600 {path}")]
    Open {
        /// The file.
        path: String,
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
        let command = flags.root_key_command.clone().or(file.root_key_command);
        let key_file = flags.root_key.clone().or(file.root_key).unwrap_or_else(|| data.join("root.key"));
        let (root_key, root_key_file) = match command {
            Some(command) => {
                (RootKeySource::Command(command.split_whitespace().map(str::to_owned).collect()), None)
            }
            None => (RootKeySource::File(key_file.clone()), Some(key_file)),
        };
        let listen = flags.listen.or(file.listen).unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], PORT)));
        let origin = flags.origin.clone().or(file.origin);
        Ok(Self {
            database,
            keys,
            root_key,
            root_key_file,
            packs: flags.packs.clone().or(file.packs),
            policy: flags.policy.clone().or(file.policy),
            listen,
            origin: origin.unwrap_or_else(|| format!("http://localhost:{}", listen.port())),
            behind_proxy: flags.behind_proxy || file.behind_proxy,
            log_json: flags.log_json || file.log_json,
            oidc: file.oidc,
        })
    }

    /// The identity provider with its secret, if there is one.
    ///
    /// # Errors
    /// When the secret's file cannot be read, or others could read it.
    pub fn provider(&self) -> Result<Option<OidcSettings>, ConfigError> {
        let Some(oidc) = &self.oidc else { return Ok(None) };
        let file = &oidc.client_secret_file;
        let path = file.display().to_string();
        let read = |source| ConfigError::Read { path: path.clone(), source };
        if std::fs::metadata(file).map_err(read)?.mode() & 0o077 != 0 {
            return Err(ConfigError::Open { path });
        }
        let secret = std::fs::read_to_string(file).map_err(read)?;
        Ok(Some(OidcSettings {
            issuer: oidc.issuer.clone(),
            client_id: oidc.client_id.clone(),
            client_secret: secret.trim_end().to_owned().into(),
            acr: oidc.acr.clone(),
        }))
    }
}

fn read_file(path: &Path) -> Result<File, ConfigError> {
    let name = path.display().to_string();
    let text =
        std::fs::read_to_string(path).map_err(|source| ConfigError::Read { path: name.clone(), source })?;
    toml::from_str(&text).map_err(|error| ConfigError::Form { path: name, reason: error.to_string() })
}
