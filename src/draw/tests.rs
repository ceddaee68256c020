use super::*;
use crate::casework::packs;

fn pack(name: &str) -> Pack {
    Pack::load(&packs::embedded().remove(name).unwrap()).unwrap()
}

#[test]
fn everything_of_a_pack_is_on_its_picture_once_in_order() {
    for name in ["cn-procuratorate", "intl-baseline"] {
        let pack = pack(name);
        for language in [Language::Zh, Language::En, Language::Both] {
            let picture = draw(&pack, language);
            assert_eq!(picture, draw(&pack, language), "the same pack gives the same picture");
            for region in Region::ALL {
                for id in pack.state_ids(region) {
                    assert!(picture.contains(&format!(">{id}</text>")), "{name}: {id}");
                }
            }
            for event in pack.events.iter() {
                assert!(picture.contains(&format!(">{}</text>", event.id)), "{name}: {}", event.id);
            }
            assert_eq!(picture.matches("<text").count(), picture.matches("</text>").count());
            let ampersands = picture.matches('&').count();
            let escaped: usize =
                ["&amp;", "&lt;", "&gt;", "&quot;"].iter().map(|e| picture.matches(e).count()).sum();
            assert_eq!(ampersands, escaped);
        }
    }
}

#[test]
fn no_two_states_cover_each_other() {
    for name in ["cn-procuratorate", "intl-baseline"] {
        let pack = pack(name);
        for region in Region::ALL {
            let panel = measure(&pack, region);
            for (n, a) in panel.states.iter().enumerate() {
                for b in panel.states.iter().skip(n + 1) {
                    let apart = (a.x - b.x).abs() >= BOX.0 || (a.y - b.y).abs() >= a.high.min(b.high);
                    assert!(apart, "{name}: {} and {}", a.id, b.id);
                }
            }
        }
    }
}

#[test]
fn no_line_and_no_label_covers_a_state() {
    for name in ["cn-procuratorate", "intl-baseline"] {
        let pack = pack(name);
        for region in Region::ALL {
            let panel = measure(&pack, region);
            assert_eq!(panel.lines.len(), panel.edges.len(), "{name}: every edge has its line");
            let inside = |x: f64, y: f64| {
                panel.states.iter().find(|s| {
                    x > s.x + 0.5 && x < s.x + BOX.0 - 0.5 && y > s.y + 0.5 && y < s.y + s.high - 0.5
                })
            };
            for line in &panel.lines {
                let numbers: Vec<f64> = line
                    .path
                    .split(|c: char| !c.is_ascii_digit() && c != '.' && c != '-')
                    .filter_map(|n| n.parse().ok())
                    .collect();
                let points: Vec<(f64, f64)> = numbers.chunks(2).map(|p| (p[0], p[1])).collect();
                for pair in points.windows(2) {
                    for step in 0..=20 {
                        let t = f64::from(step) / 20.0;
                        let at = |a: f64, b: f64| a + (b - a) * t;
                        let (x, y) = (at(pair[0].0, pair[1].0), at(pair[0].1, pair[1].1));
                        assert!(inside(x, y).is_none(), "{name}: {} at {x},{y}", line.path);
                    }
                }
                for (x, y, words) in &line.label {
                    assert!(inside(*x, *y).is_none(), "{name}: {words}");
                    assert!(inside(*x + svg::width(words, LABEL), *y - LABEL).is_none(), "{name}: {words}");
                }
            }
        }
    }
}
