//! The invented offices and the people who work there.

use chrono::Duration;
use uuid::Uuid;

use super::Role;
use crate::access::{OfficeKind, Viewer};
use crate::casework::accounts::NewAccount;
use crate::casework::time::Clock;
use crate::casework::{Caller, CaseworkError, Service};
use crate::law::pack::StaffRole;
use crate::record::Text;

/// Days for which everybody has been here.
const SINCE: i64 = 3 * 365;

/// Offices from the top down: code, kind, Chinese, English, office above.
const OFFICES: [(&str, OfficeKind, &str, &str, Option<&str>); 5] = [
    ("LJ", OfficeKind::Provincial, "澜江省人民检察院", "Lanjiang Provincial Procuratorate", None),
    ("QY", OfficeKind::Municipal, "清源市人民检察院", "Qingyuan Municipal Procuratorate", Some("LJ")),
    ("HW", OfficeKind::District, "河湾区人民检察院", "Hewan District Procuratorate", Some("QY")),
    ("LX", OfficeKind::District, "柳溪区人民检察院", "Liuxi District Procuratorate", Some("QY")),
    ("CF", OfficeKind::Partner, "晨帆社会工作服务中心", "Chenfan Social Work Centre", Some("QY")),
];

/// Accounts: sign-in name, name, role, office.
const PEOPLE: [(&str, &str, StaffRole, &str); 15] = [
    ("wu.min", "吴敏", StaffRole::Clerk, "HW"),
    ("zhao.ning", "赵宁", StaffRole::Prosecutor, "HW"),
    ("zhou.yuan", "周远", StaffRole::Prosecutor, "HW"),
    ("qian.li", "钱立", StaffRole::Chief, "HW"),
    ("fang.qing", "方晴", StaffRole::SocialWorker, "HW"),
    ("sun.lan", "孙岚", StaffRole::Records, "HW"),
    ("he.jing", "何静", StaffRole::Supervisor, "QY"),
    ("admin", "系统管理员", StaffRole::Admin, "LJ"),
    ("tang.ye", "唐晔", StaffRole::Researcher, "LJ"),
    ("xu.lan", "徐岚", StaffRole::Prosecutor, "LX"),
    ("lu.yao", "陆瑶", StaffRole::Clerk, "LX"),
    ("shen.fu", "沈复", StaffRole::Chief, "LX"),
    ("gu.heng", "顾恒", StaffRole::Chief, "QY"),
    ("mei.qing", "梅青", StaffRole::SocialWorker, "CF"),
    ("luo.ping", "罗平", StaffRole::Admin, "LJ"),
];

/// An account that somebody can use.
#[derive(Clone, Debug)]
pub struct LogIn {
    /// Sign-in name.
    pub login: String,
    /// Name.
    pub name: String,
    /// Role.
    pub role: StaffRole,
    /// Code of the office.
    pub office: String,
    /// Bearer token.
    pub token: String,
}

/// Everybody who acts in the stories.
pub struct Staff {
    members: Vec<(StaffRole, Viewer)>,
}

impl Staff {
    /// Makes offices and accounts, with a token for each.
    ///
    /// # Errors
    /// When the store fails, or there is already such an office or account.
    pub async fn hire(service: &Service) -> Result<(Self, Vec<LogIn>), CaseworkError> {
        // They were here before the first story begins.
        let then = service.with_clock(Clock::at(service.now() - Duration::days(SINCE)));
        for (code, kind, zh, en, parent) in OFFICES {
            then.add_office(code, kind, Text::new(zh, en), parent).await?;
        }
        for (login, name, role, office) in PEOPLE {
            let roles = vec![(role, office.to_owned())];
            then.add_account(&NewAccount { login: login.into(), name: name.into(), roles }).await?;
        }
        let log_ins = Self::log_ins(service).await?;
        let mut members = Vec::new();
        for log_in in log_ins.iter().filter(|l| l.office == "HW" || l.office == "QY") {
            if let Some(mut viewer) = service.authenticate(&log_in.token).await? {
                // In a story whoever acts has shown a factor a moment ago.
                viewer.assurance.fresh = true;
                members.push((log_in.role, viewer));
            }
        }
        Ok((Self { members }, log_ins))
    }

    /// Everybody who works here.
    pub fn everybody() -> Vec<Role> {
        let one = |(login, name, role, office): (&str, &str, StaffRole, &str)| Role {
            login: login.into(),
            name: name.into(),
            role,
            office: office.into(),
        };
        PEOPLE.into_iter().map(one).collect()
    }

    /// Whether these are the offices and people of a service; those of another one, or of an older demo, are not.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn works_here(service: &Service) -> Result<bool, CaseworkError> {
        let accounts = service.accounts().await?;
        let offices = service.offices();
        Ok(PEOPLE.iter().all(|(login, ..)| accounts.iter().any(|account| account.login == *login))
            && OFFICES.iter().all(|(code, ..)| offices.by_code(code).is_some()))
    }

    /// New tokens for everybody.
    ///
    /// # Errors
    /// When the store fails or somebody is missing.
    pub async fn log_ins(service: &Service) -> Result<Vec<LogIn>, CaseworkError> {
        let mut log_ins = Vec::new();
        for (login, name, role, office) in PEOPLE {
            let token = service.add_token(login, "demo", None, false).await?;
            log_ins.push(LogIn {
                login: login.into(),
                name: name.into(),
                role,
                office: office.into(),
                token,
            });
        }
        Ok(log_ins)
    }

    /// A caller with one of these roles, the first that somebody has.
    pub(super) fn with_any(&self, roles: &[StaffRole], request: Uuid) -> Option<Caller> {
        roles.iter().find_map(|role| self.with(*role, request))
    }

    /// A caller with a role.
    pub(super) fn with(&self, role: StaffRole, request: Uuid) -> Option<Caller> {
        self.members.iter().find(|(r, _)| *r == role).map(|(_, viewer)| Caller::new(viewer.clone(), request))
    }
}
