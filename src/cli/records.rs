//! `tutela records …`.

use clap::Subcommand;
use uuid::Uuid;

use super::{CliError, close, open, say};
use crate::casework::expunge::Order;
use crate::casework::time::Clock;
use crate::config::{Flags, Settings};

#[derive(Debug, Subcommand)]
pub(super) enum Records {
    /// Take a case away for good, on an order: first without --confirm, which prints a code, then with it
    #[command(
        after_help = "Examples:\n  tutela records expunge CASE --order 2026-17 --by sun.lan --confirmed-by qian.li\n  tutela records expunge CASE --order 2026-17 --by sun.lan --confirmed-by qian.li --confirm CODE"
    )]
    Expunge {
        /// Identity of the case
        case: Uuid,
        /// Number of the order
        #[arg(long)]
        order: String,
        /// Sign-in name of who asks for it: records staff or chief of the case's office
        #[arg(long)]
        by: String,
        /// Sign-in name of another such person, who confirms it
        #[arg(long)]
        confirmed_by: String,
        /// The code that the first step printed; it holds while the case stays as it is
        #[arg(long)]
        confirm: Option<String>,
    },
}

impl Records {
    pub(super) async fn run(&self, flags: &Flags) -> Result<(), CliError> {
        let settings = Settings::resolve(flags)?;
        let service = open(&settings, Clock::System).await?;
        let Self::Expunge { case, order, by, confirmed_by, confirm } = self;
        if let Some(code) = confirm {
            let order = Order { number: order.clone(), by: by.clone(), confirmed_by: confirmed_by.clone() };
            service.expunge(*case, &order, code).await?;
            say(format_args!("case {case} is gone; what remains is that it was, by order {}", order.number));
            say(
                "Backups of the key store from before open it until they expire: keep them for days, and see",
            );
            say(
                "`tutela keys rotate`. PostgreSQL keeps what was written in pg_wal until its segments are used again.",
            );
        } else {
            let code = service.expunge_code(*case, order).await?;
            say(format_args!(
                "everything of case {case} will be destroyed and cannot be brought back 将永久销毁"
            ));
            say(format_args!("to do it, run this again with --confirm {code}"));
        }
        close(&service).await;
        Ok(())
    }
}
