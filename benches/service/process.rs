//! What a process has used, from the Linux process table.

use std::time::Duration;

use crate::Outcome;

/// Clock ticks a second in `/proc`; Linux gives user space 100 on every architecture (`USER_HZ`).
const TICKS: u64 = 100;

/// Processor time of a process so far, in user and kernel mode.
pub(crate) fn cpu(process: u32) -> Outcome<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The name, in brackets, may hold blanks; user and kernel time are the 12th and 13th words after it.
    let (_, after) = stat.rsplit_once(") ").ok_or("no name in /proc/*/stat")?;
    let mut words = after.split(' ').skip(11);
    let mut ticks = || -> Outcome<u64> { Ok(words.next().ok_or("/proc/*/stat is short")?.parse()?) };
    Ok(Duration::from_millis((ticks()? + ticks()?) * (1_000 / TICKS)))
}

/// Memory of a process, in MiB: resident now, and at its most.
pub(crate) fn memory(process: u32) -> Outcome<(f64, f64)> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let field = |name: &str| -> Outcome<f64> {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).ok_or("no memory in status")?;
        let kib: u32 = line.split_whitespace().next().ok_or("no memory in status")?.parse()?;
        Ok(f64::from(kib) / 1_024.0)
    };
    Ok((field("VmRSS:")?, field("VmHWM:")?))
}
