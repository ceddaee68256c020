//! What the tests share: a service with offices and people on either database, called as a client calls it.

pub(crate) mod app;
pub(crate) mod case;
#[cfg(all(feature = "mail", feature = "webhook"))]
pub(crate) mod outside;
pub(crate) mod postgres;
pub(crate) mod process;
pub(crate) mod script;

/// One test on both databases; the PostgreSQL one says so where there is none.
macro_rules! on_both {
    ($($test:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$test(&$crate::support::app::TestApp::sqlite().await).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                if let Some(app) = $crate::support::app::TestApp::postgres().await {
                    super::$test(&app).await;
                }
            })+
        }
    };
}
pub(crate) use on_both;
