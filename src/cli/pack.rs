//! `tutela pack …`.

use clap::Subcommand;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::{CliError, say};
use crate::casework::packs::{self, PackFiles};
use crate::casework::time::Clock;
use crate::draw::{self, Language};
use crate::law::pack::{FILE_KINDS, Flaw, schema_of};
use crate::law::{Pack as Law, check, rehearse};

#[derive(Debug, Subcommand)]
pub(super) enum Pack {
    /// Lint a pack, run the model checker and replay its cases
    #[command(after_help = "Example:\n  tutela pack check workflows/cn-procuratorate")]
    Check {
        /// Folder of the pack, or the name of one that is part of the program
        pack: String,
    },
    /// Replay case files of a pack, also ones that lie outside it
    #[command(after_help = "Example:\n  tutela pack test workflows/cn-procuratorate F1 my-case.yaml")]
    Test {
        /// Folder of the pack, or the name of one that is part of the program
        pack: String,
        /// Codes of cases in the pack, or files outside it; all of the pack's unless given
        cases: Vec<String>,
    },
    /// Draw a pack as an SVG for the wall
    #[command(after_help = "Example:\n  tutela pack draw cn-procuratorate --lang both --out cn.svg")]
    Draw {
        /// Folder of the pack, or the name of one that is part of the program
        pack: String,
        /// File to write; printed unless given
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// Language of the words
        #[arg(long, default_value = "both")]
        lang: Language,
    },
    /// Print the JSON Schema of one kind of pack file, for an editor
    #[command(after_help = "Example:\n  tutela pack schema events > .vscode/tutela-events.json")]
    Schema {
        /// Kind of file
        #[arg(value_parser = clap::builder::PossibleValuesParser::new(FILE_KINDS))]
        file: String,
    },
    /// Print the packs that are part of the program
    List,
}

impl Pack {
    pub(super) fn run(&self) -> Result<(), CliError> {
        match self {
            Self::Check { pack } => check_pack(pack),
            Self::Test { pack, cases } => {
                let (files, law) = load(pack)?;
                test(&files, &law, cases)
            }
            Self::Draw { pack, out, lang } => {
                let picture = draw::draw(&load(pack)?.1, *lang);
                let Some(path) = out else {
                    say(picture);
                    return Ok(());
                };
                std::fs::write(path, picture)
                    .map_err(|source| CliError::Write { path: path.display().to_string(), source })
            }
            Self::Schema { file } => {
                let text = serde_json::to_string_pretty(&schema_of(file))
                    .map_err(|error| CliError::Failed(error.to_string()))?;
                say(text);
                Ok(())
            }
            Self::List => {
                for (name, files) in packs::embedded() {
                    say(format_args!("{name}  ({} files)", files.len()));
                }
                Ok(())
            }
        }
    }
}

fn load(pack: &str) -> Result<(PackFiles, Law), CliError> {
    let files = if Path::new(pack).is_dir() {
        packs::folder(Path::new(pack))?
    } else {
        packs::embedded().remove(pack).ok_or_else(|| {
            CliError::Failed(format!("{pack} is neither a folder nor one of the packs of this program"))
        })?
    };
    let law = Law::load(&files).map_err(|flaws| CliError::Failed(flawed(pack, &flaws)))?;
    Ok((files, law))
}

fn flawed(pack: &str, flaws: &[Flaw]) -> String {
    let lines: Vec<String> = flaws.iter().map(|flaw| format!("{pack}/{flaw}")).collect();
    format!("{}\n{} flaw(s); the pack is not loaded", lines.join("\n"), flaws.len())
}

fn check_pack(pack: &str) -> Result<(), CliError> {
    let (files, law) = load(pack)?;
    say(format_args!(
        "{} {} — {} / {}: {} states, {} events, {} safeguards, {} clocks, {} documents, {} derogations",
        law.id,
        law.version,
        law.name.en,
        law.name.zh,
        crate::law::expr::Region::ALL.iter().map(|r| law.state_ids(*r).len()).sum::<usize>(),
        law.events.len(),
        law.safeguards.len(),
        law.clocks.len(),
        law.documents.len(),
        law.derogations.len(),
    ));
    for derogation in &law.derogations {
        say(format_args!(
            "derogation {}: {} ({})",
            derogation.check.code(),
            derogation.reason.en,
            derogation.source
        ));
    }
    let begun = Instant::now();
    let mut findings = check::check(&law);
    findings.extend(check::calendar_until(&law, Clock::System.now().date_naive()));
    findings.iter().for_each(say);
    let errors = findings.iter().filter(|f| f.level == check::Level::Error).count();
    say(format_args!(
        "model checker: {errors} error(s), {} warning(s) in {} ms",
        findings.len() - errors,
        begun.elapsed().as_millis()
    ));
    test(&files, &law, &[])?;
    if errors == 0 {
        Ok(())
    } else {
        Err(CliError::Failed(format!("the model checker found {errors} error(s)")))
    }
}

fn test(files: &PackFiles, law: &Law, wanted: &[String]) -> Result<(), CliError> {
    let inside: Vec<(String, String)> = files
        .iter()
        .filter(|(path, _)| path.starts_with("cases/"))
        .map(|(path, text)| (path.clone(), text.clone()))
        .collect();
    let mut chosen = Vec::new();
    if wanted.is_empty() {
        chosen = inside;
    } else {
        for name in wanted {
            let code = format!("cases/{name}.yaml");
            match inside.iter().find(|(path, _)| *path == code) {
                Some(found) => chosen.push(found.clone()),
                None => chosen.push((name.clone(), read(&PathBuf::from(name))?)),
            }
        }
    }
    let begun = Instant::now();
    let (mut failed, mut compared) = (0, 0);
    for (path, text) in &chosen {
        match rehearse::rehearse(law, path, text) {
            Err(flaws) => {
                failed += 1;
                flaws.iter().for_each(say);
            }
            Ok(rehearsal) => {
                let verdict = if rehearsal.mismatches.is_empty() { "ok" } else { "FAILED" };
                compared += rehearsal.compared;
                say(format_args!(
                    "{:<4} {:<6} {} steps, {} expectations: {verdict}",
                    rehearsal.id, "", rehearsal.steps, rehearsal.compared
                ));
                failed += usize::from(!rehearsal.mismatches.is_empty());
                rehearsal.mismatches.iter().for_each(|flaw| say(format_args!("  {flaw}")));
            }
        }
    }
    say(format_args!(
        "{} cases, {compared} expectations compared in {} ms, {failed} failed",
        chosen.len(),
        begun.elapsed().as_millis()
    ));
    if failed == 0 {
        Ok(())
    } else {
        Err(CliError::Failed(format!("{failed} case(s) disagree with the pack")))
    }
}

fn read(path: &Path) -> Result<String, CliError> {
    std::fs::read_to_string(path)
        .map_err(|error| CliError::Failed(format!("cannot read {}: {error}", path.display())))
}
