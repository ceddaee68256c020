//! Counters and timings. Labels are routes, methods and statuses only: never a person, never a case.

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle, PrometheusRecorder};
use std::sync::Arc;
use std::time::Duration;

/// The metrics of one service.
#[derive(Clone)]
pub struct Metrics {
    recorder: Arc<PrometheusRecorder>,
    handle: PrometheusHandle,
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    /// Empty metrics.
    pub fn new() -> Self {
        let recorder = PrometheusBuilder::new()
            .set_buckets(&[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0])
            .unwrap_or_else(|_| PrometheusBuilder::new())
            .build_recorder();
        let handle = recorder.handle();
        Self { recorder: Arc::new(recorder), handle }
    }

    /// Counts one answered request.
    pub fn request(&self, path: &str, method: &str, status: u16, took: Duration) {
        metrics::with_local_recorder(&*self.recorder, || {
            let labels =
                [("path", path.to_owned()), ("method", method.to_owned()), ("status", status.to_string())];
            metrics::counter!("tutela_http_requests_total", &labels).increment(1);
            metrics::histogram!("tutela_http_request_seconds", "path" => path.to_owned())
                .record(took.as_secs_f64());
        });
    }

    /// Sets a gauge.
    #[expect(clippy::cast_precision_loss, reason = "a gauge is a float; counts are far below 2^52")]
    pub fn gauge(&self, name: &'static str, value: u64) {
        metrics::with_local_recorder(&*self.recorder, || metrics::gauge!(name).set(value as f64));
    }

    /// All metrics in Prometheus text form.
    pub fn render(&self) -> String {
        self.handle.run_upkeep();
        self.handle.render()
    }
}
