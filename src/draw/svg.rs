//! Words and shapes.

use std::fmt::Write as _;

/// Width of a text in pixels: Chinese characters are as wide as high, others a little over half.
pub(super) fn width(text: &str, size: f64) -> f64 {
    let one = |c: char| match c {
        '\u{2e80}'.. | '→' => 1.0,
        'A'..='Z' | '_' | 'm' | 'w' => 0.72,
        _ => 0.56,
    };
    text.chars().map(one).sum::<f64>() * size
}

/// A text broken into lines of at most `most` pixels; long words are broken too.
pub(super) fn wrap(text: &str, size: f64, most: f64) -> Vec<String> {
    let (mut lines, mut line) = (Vec::new(), String::new());
    for word in pieces(text) {
        if !line.is_empty() && width(&line, size) + width(word.trim_end(), size) > most {
            lines.push(std::mem::take(&mut line).trim_end().to_owned());
        }
        for c in word.chars() {
            if width(&line, size) + width(&c.to_string(), size) > most {
                lines.push(std::mem::take(&mut line));
            }
            line.push(c);
        }
    }
    lines.push(line.trim_end().to_owned());
    lines.retain(|line| !line.is_empty());
    lines
}

/// Words with the space after them; every Chinese character is a word.
fn pieces(text: &str) -> Vec<&str> {
    let (mut words, mut begin) = (Vec::new(), 0);
    for (place, c) in text.char_indices() {
        let end = place + c.len_utf8();
        if c == ' ' || c >= '\u{2e80}' {
            words.extend(text.get(begin..end));
            begin = end;
        }
    }
    words.extend(text.get(begin..).filter(|rest| !rest.is_empty()));
    words
}

/// An SVG under construction.
#[derive(Default)]
pub(super) struct Canvas {
    body: String,
}

impl Canvas {
    pub(super) fn raw(&mut self, element: &str) {
        self.body.push_str(element);
        self.body.push('\n');
    }

    pub(super) fn text(&mut self, x: f64, y: f64, size: f64, style: &str, text: &str) {
        let _ = writeln!(
            self.body,
            r#"<text x="{x:.0}" y="{y:.0}" font-size="{size}" {style}>{}</text>"#,
            escape(text)
        );
    }

    pub(super) fn rect(&mut self, (x, y, w, h): (f64, f64, f64, f64), style: &str) {
        let _ =
            writeln!(self.body, r#"<rect x="{x:.0}" y="{y:.0}" width="{w:.0}" height="{h:.0}" {style}/>"#);
    }

    pub(super) fn finish(self, width: f64, height: f64) -> String {
        format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0} {height:.0}" width="{width:.0}" height="{height:.0}" font-family="'Noto Sans CJK SC','Noto Sans SC','Noto Sans',sans-serif">
<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerUnits="userSpaceOnUse" markerWidth="13" markerHeight="13" orient="auto"><path d="M0,0L8,4L0,8z" fill="#33415c"/></marker><marker id="went" viewBox="0 0 8 8" refX="8" refY="4" markerUnits="userSpaceOnUse" markerWidth="18" markerHeight="18" orient="auto"><path d="M0,0L8,4L0,8z" fill="#a83c0a"/></marker></defs>
<rect width="100%" height="100%" fill="#ffffff"/>
{}</svg>
"##,
            self.body
        )
    }
}

pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
