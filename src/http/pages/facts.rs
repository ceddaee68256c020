//! What the law asks of a child and the alleged offence, as fields: typed when a case is opened, corrected when more is
//! known.

use chrono::NaiveDate;

use super::fields::Input;
use super::form::Form;
use super::page::Page;
use super::texts::{self as t, T};
use crate::law::Reason;
use crate::record::{Child, Offence, Sex, Text};

/// Facts of a child that are either so or not, by the names of their fields.
const FLAGS: [(&str, &T); 4] = [
    ("child.birth_proved", t::BIRTH_PROVED),
    ("child.needs_interpreter", t::NEEDS_INTERPRETER),
    ("child.needs_accommodation", t::NEEDS_ACCOMMODATION),
    ("child.pregnant_or_caring", t::PREGNANT),
];

/// The fields.
pub(super) fn inputs(p: &Page, form: &Form) -> Vec<Input> {
    let sexes = [("girl", t::GIRL), ("boy", t::BOY)].map(|(id, name)| (id.to_owned(), p.t(name).to_owned()));
    let mut inputs = vec![
        Input::new("child.sex", p.t(t::SEX), "radios", form).one_of(sexes).required(),
        Input::new("child.born", p.t(t::BORN), "date", form).required(),
    ];
    inputs.extend(FLAGS.iter().map(|(id, label)| {
        let input = Input::yes_no(p, id, p.t(label), form);
        if *id == "child.birth_proved" { input.required() } else { input }
    }));
    inputs.push(Input::new("offence.on", p.t(t::OFFENCE_ON), "date", form).required());
    inputs
}

/// A fact by its name in conditions, in words.
pub(super) fn label(p: &Page, fact: &str) -> Option<&'static str> {
    let found = FLAGS.iter().find(|(id, _)| id.strip_prefix("child.") == Some(fact));
    found.map(|(_, label)| p.t(label))
}

/// What is known, as it would be typed.
pub(super) fn typed(child: &Child, offence: &Offence) -> Form {
    let sex = match child.sex {
        Sex::Girl => "girl",
        Sex::Boy => "boy",
    };
    let flags =
        [child.birth_proved, child.needs_interpreter, child.needs_accommodation, child.pregnant_or_caring];
    let mut form = Form::default()
        .with("child.sex", sex)
        .with("child.born", &child.born.to_string())
        .with("offence.on", &offence.on.to_string());
    for ((id, _), holds) in FLAGS.iter().zip(flags) {
        form = form.with(id, if holds { "true" } else { "false" });
    }
    form
}

/// What is known, in words.
pub(super) fn words(p: &Page, child: &Child, offence: Option<&Offence>) -> Vec<(String, String)> {
    let none = Offence { on: child.born, status_offence: false };
    let form = typed(child, offence.unwrap_or(&none));
    let inputs = inputs(p, &form).into_iter().filter(|input| offence.is_some() || input.id != "offence.on");
    inputs.map(|input| (input.label.clone(), input.said(p, &form))).collect()
}

/// The child and the day of the alleged act as typed; what must be there and is not, is said beside its field.
pub(super) fn read(form: &Form) -> Result<(Child, NaiveDate), Vec<Reason>> {
    let mut reasons = Vec::new();
    let mut day = |field: &str, what: Text| {
        let day = form.get(field).parse::<NaiveDate>().ok();
        if day.is_none() {
            reasons.push(missing(field, &what));
        }
        day
    };
    let born = day("child.born", Text::new("出生日期", "the date of birth"));
    let on = day("offence.on", Text::new("涉案日期", "the day of the alleged offence"));
    let sex = match form.get("child.sex") {
        "girl" => Some(Sex::Girl),
        "boy" => Some(Sex::Boy),
        _ => None,
    };
    if sex.is_none() {
        reasons.push(missing("child.sex", &Text::new("性别", "the sex")));
    }
    if form.given("child.birth_proved").is_none() {
        let what = Text::new("出生日期是否已证实", "whether the date of birth is proved");
        reasons.push(missing("child.birth_proved", &what));
    }
    let (Some(sex), Some(born), Some(on), true) = (sex, born, on, reasons.is_empty()) else {
        return Err(reasons);
    };
    let flag = |field: &str| form.get(field) == "true";
    let child = Child {
        sex,
        born,
        birth_proved: flag("child.birth_proved"),
        needs_interpreter: flag("child.needs_interpreter"),
        needs_accommodation: flag("child.needs_accommodation"),
        pregnant_or_caring: flag("child.pregnant_or_caring"),
    };
    Ok((child, on))
}

/// A field that must be filled in and is not.
pub(super) fn missing(field: &str, what: &Text) -> Reason {
    let text = Text::new(format!("请填写{}", what.zh), format!("{} is required", what.en));
    Reason::engine("FIELD_MISSING", text).on(format!("/{}", field.replace('.', "/")))
}
