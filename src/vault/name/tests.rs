use super::*;

#[test]
fn surnames_are_read_as_surnames() {
    let cases = [
        ("仇英", "qiuying"),
        ("解缙", "xiejin"),
        ("单雄信", "shanxiongxin"),
        ("曾国藩", "zengguofan"),
        ("盖叫天", "gejiaotian"),
        ("区寄", "ouji"),
        ("万俟卨", "moqixie"),
        ("尉迟恭", "yuchigong"),
        ("缪昌期", "miaochangqi"),
        ("朴正", "piaozheng"),
        ("繁钦", "poqin"),
        ("员半千", "yunbanqian"),
        ("䶮明", "yanming"),
        ("查良", "zhaliang"),
        ("翟青", "zhaiqing"),
        ("令狐冲", "linghuchong"),
        ("长孙无忌", "zhangsunwuji"),
        ("澹台明", "tantaiming"),
        ("單于", "chanyu"),
        ("吕布", "lvbu"),
        ("张伟", "zhangwei"),
        ("欧阳修", "ouyangxiu"),
    ];
    for (name, reading) in cases {
        let readings = readings(name);
        assert_eq!(readings.first().map(String::as_str), Some(reading), "{name}: {readings:?}");
        assert!(readings.len() <= MAX_READINGS);
    }
}

#[test]
fn other_readings_follow_and_stay_few() {
    assert!(readings("仇乐").contains(&"qiuyue".to_owned()));
    assert!(readings("曾行").contains(&"zenghang".to_owned()));
    // Many characters of many readings: likeliest first, no repetition, no explosion.
    let many = readings(&"曾哈呼和那乐行重长种".repeat(20));
    assert_eq!(many.len(), MAX_READINGS);
    assert_eq!(many.iter().collect::<std::collections::HashSet<_>>().len(), MAX_READINGS);
    assert!(readings("").is_empty());
}

#[test]
fn writing_does_not_matter() {
    let same = [
        ("张 伟", "张伟"),
        ("张\u{3000}伟", "张伟"),
        ("买买提·吐尔逊", "买买提吐尔逊"),
        ("买买提•吐尔逊", "买买提吐尔逊"),
        ("买买提・吐尔逊", "买买提吐尔逊"),
        ("ＺＨＡＮＧ Wei", "zhangwei"),
        ("张\u{200b}伟\u{feff}", "张伟"),
        ("\u{f90a}", "金"),
        ("João Silva", "joa\u{303}osilva"),
    ];
    for (one, other) in same {
        assert_eq!(normalise(one), normalise(other), "{one}");
    }
}

#[test]
fn a_name_is_found_by_sight_and_by_ear() {
    let found = [
        ("张伟", "张伟"),
        ("zhangwei", "张伟"),
        ("Zhang Wei", "张伟"),
        ("zhāng wěi", "张伟"),
        ("zeng guo fan", "曾国藩"),
        ("ceng guo fan", "曾国藩"),
        ("lv bu", "吕布"),
        ("lü bu", "吕布"),
        ("Lǚ Bù", "吕布"),
        ("LYU BU", "吕布"),
        ("xi'an", "西安"),
        ("an yu", "安宇"),
        ("josé o'neill", "José O’Neill"),
        ("jose oneill", "José O'Neill"),
    ];
    for (query, name) in found {
        assert!(name_matches(query, name), "{query} {name} {:?}", readings(name));
    }
    // A written query means these characters and no others that sound alike; a part is not the whole.
    for (query, name) in
        [("章伟", "张伟"), ("zhang", "张伟"), ("张", "张伟"), ("", "张伟"), ("", ""), ("zhangwe", "张伟")]
    {
        assert!(!name_matches(query, name), "{query} {name}");
    }
}

#[test]
fn a_short_name_keeps_the_surname_alone() {
    for (name, short) in [
        ("林小禾", "林某某"),
        ("欧阳明", "欧阳某"),
        ("张", "张"),
        ("艾力·买买提", "艾某某某某"),
        ("Lin Xiaohe", "L. X."),
        ("émile Zola", "É. Z."),
        ("", ""),
    ] {
        assert_eq!(short_name(name), short, "{name}");
    }
}

#[test]
fn names_stand_in_the_order_of_their_readings() {
    let mut names = ["周远", "李雨", "赵宁", "单静", "王安", "曾敏", "李安", "梁一", "Zola"];
    names.sort_by_cached_key(|name| name_order(name));
    // 单 and 曾 as surnames, and 李 before 梁 although li and liang begin alike.
    assert_eq!(names, ["李安", "李雨", "梁一", "单静", "王安", "曾敏", "赵宁", "周远", "Zola"]);
}
