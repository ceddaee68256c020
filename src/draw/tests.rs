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
                    let apart = (a.x - b.x).abs() >= BOX.0 || (a.y - b.y).abs() >= BOX.1;
                    assert!(apart, "{name}: {} and {}", a.id, b.id);
                }
            }
        }
    }
}
