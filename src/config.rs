//! Settings: flags over environment over file over defaults. Nothing else reads the environment.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use secrecy::SecretSlice;
use serde::Deserialize;
use std::net::SocketAddr;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use crate::casework::sending::{MailSettings, WebhookSettings, may_be_reached};
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
    #[serde(rename = "sealing_key_file")]
    sealing_key: Option<PathBuf>,
    sealing_key_command: Option<String>,
    sealer_socket: Option<PathBuf>,
    packs: Option<PathBuf>,
    policy: Option<PathBuf>,
    listen: Option<SocketAddr>,
    origin: Option<String>,
    behind_proxy: bool,
    log_json: bool,
    oidc: Option<Oidc>,
    mail: Option<Mail>,
    webhooks: Vec<Webhook>,
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

/// A mail server in the settings file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    server: String,
    from: String,
    user: Option<String>,
    password_file: Option<PathBuf>,
}

/// A program that is told, in the settings file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    name: String,
    url: String,
    secret_file: PathBuf,
    #[serde(default)]
    internal: bool,
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
    /// Mail server through which people get their notices.
    pub mail: Option<Mail>,
    /// Programs that are told.
    pub webhooks: Vec<Webhook>,
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
    /// A setting is not usable.
    #[error("{place}: {reason}")]
    Unusable {
        /// Which one.
        place: String,
        /// What is wrong with it.
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
        let sealing_file = flags.sealing_key_file.clone().or(file.sealing_key);
        let (sealing_key, sealing_key_file) = key_source(
            flags.sealing_key_command.clone().or(file.sealing_key_command),
            sealing_file.unwrap_or_else(|| data.join("sealing.key")),
        );
        let socket = flags.sealer_socket.clone().or(file.sealer_socket);
        let listen = flags.listen.or(file.listen).unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], PORT)));
        let origin = flags.origin.clone().or(file.origin);
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
            policy: flags.policy.clone().or(file.policy),
            listen,
            origin: origin.unwrap_or_else(|| format!("http://localhost:{}", listen.port())),
            behind_proxy: flags.behind_proxy || file.behind_proxy,
            log_json: flags.log_json || file.log_json,
            oidc: file.oidc,
            mail: file.mail,
            webhooks: file.webhooks,
        })
    }

    /// The identity provider with its secret, if there is one.
    ///
    /// # Errors
    /// When the secret's file cannot be read, or others could read it.
    pub fn provider(&self) -> Result<Option<OidcSettings>, ConfigError> {
        let Some(oidc) = &self.oidc else { return Ok(None) };
        let secret = read_secret(&oidc.client_secret_file)?;
        Ok(Some(OidcSettings {
            issuer: oidc.issuer.clone(),
            client_id: oidc.client_id.clone(),
            client_secret: secret.trim_end().to_owned().into(),
            acr: oidc.acr.clone(),
        }))
    }

    /// The mail server with its password, if there is one.
    ///
    /// # Errors
    /// When it is somewhere else and would be spoken to in the clear, or its password's file is not usable.
    pub fn mail_server(&self) -> Result<Option<MailSettings>, ConfigError> {
        let Some(mail) = &self.mail else { return Ok(None) };
        let unusable =
            |reason: &str| ConfigError::Unusable { place: "[mail] server".into(), reason: reason.into() };
        let url = url::Url::parse(&mail.server).map_err(|error| unusable(&error.to_string()))?;
        let protected = url.scheme() == "smtps"
            || url.query_pairs().any(|(name, value)| name == "tls" && value == "required");
        if !protected && !is_this_machine(&url) {
            return Err(unusable("a server on another machine takes smtps:// or smtp://…?tls=required"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(unusable("name the user in `user` and the password's file in `password_file`"));
        }
        let credentials = match (&mail.user, &mail.password_file) {
            (Some(user), Some(file)) => Some((user.clone(), read_secret(file)?.trim_end().to_owned().into())),
            (None, None) => None,
            _ => return Err(unusable("`user` and `password_file` go together")),
        };
        Ok(Some(MailSettings { server: mail.server.clone(), from: mail.from.clone(), credentials }))
    }

    /// The programs that are told, with their secrets.
    ///
    /// # Errors
    /// For an address that a webhook may not have, a name that is there twice, a secret that is none.
    pub fn told(&self) -> Result<Vec<WebhookSettings>, ConfigError> {
        let mut told: Vec<WebhookSettings> = Vec::new();
        for hook in &self.webhooks {
            let unusable = |reason: &str| ConfigError::Unusable {
                place: format!("[[webhooks]] {}", hook.name),
                reason: reason.into(),
            };
            let url = url::Url::parse(&hook.url).map_err(|error| unusable(&error.to_string()))?;
            if url.scheme() != "https" && !(hook.internal && url.scheme() == "http" && is_this_machine(&url))
            {
                return Err(unusable("its address begins with https://"));
            }
            if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
                return Err(unusable("its address names no user, no password and no fragment"));
            }
            let literal = match url.host() {
                Some(url::Host::Ipv4(ip)) => Some(ip.into()),
                Some(url::Host::Ipv6(ip)) => Some(ip.into()),
                _ => None,
            };
            if literal.is_some_and(|ip| !may_be_reached(ip, hook.internal)) {
                return Err(unusable(
                    "no webhook may be at this address; inside the house, say `internal = true`",
                ));
            }
            if hook.name.is_empty() || told.iter().any(|other| other.name == hook.name) {
                return Err(unusable("each has a name of its own"));
            }
            told.push(WebhookSettings {
                name: hook.name.clone(),
                url: hook.url.clone(),
                secret: read_webhook_secret(&hook.secret_file, &unusable)?,
                internal: hook.internal,
            });
        }
        Ok(told)
    }
}

/// A secret as Standard Webhooks writes it: `whsec_` and base64 of 24 to 64 bytes.
fn read_webhook_secret(
    file: &Path,
    unusable: &dyn Fn(&str) -> ConfigError,
) -> Result<SecretSlice<u8>, ConfigError> {
    let text = read_secret(file)?;
    let text = text.trim();
    let bytes = STANDARD.decode(text.strip_prefix("whsec_").unwrap_or(text)).unwrap_or_default();
    if (24..=64).contains(&bytes.len()) {
        return Ok(bytes.into());
    }
    Err(unusable("its secret is `whsec_` and the base64 of 24 to 64 random bytes"))
}

/// A secret's file, which nobody but its owner may read.
fn read_secret(file: &Path) -> Result<String, ConfigError> {
    let path = file.display().to_string();
    let read = |source| ConfigError::Read { path: path.clone(), source };
    if std::fs::metadata(file).map_err(read)?.mode() & 0o077 != 0 {
        return Err(ConfigError::Open { path });
    }
    std::fs::read_to_string(file).map_err(read)
}

fn is_this_machine(url: &url::Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        // For schemes that it does not know, this library takes every host for a name.
        Some(url::Host::Domain(name)) => {
            name == "localhost" || name.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
        }
        None => false,
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
            ("TUTELA_POLICY", &self.policy),
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
