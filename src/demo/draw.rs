//! Drawing from a seed.

/// A small generator (SplitMix64, Steele et al. 2014): the same seed and stream give the same draws everywhere.
#[derive(Clone, Debug)]
pub struct Draw(u64);

/// Common surnames, among them some that have a reading of their own as surnames.
const SURNAMES: [&str; 32] = [
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林", "何",
    "郭", "马", "罗", "仇", "解", "单", "曾", "区", "朴", "尉", "缪", "盖", "员", "欧阳", "上官",
];
/// Characters of given names.
const GIVEN: [&str; 40] = [
    "安", "晨", "丹", "恩", "帆", "歌", "禾", "佳", "可", "澜", "苗", "宁", "沛", "琪", "然", "诗", "桐",
    "薇", "晓", "雅", "泽", "博", "驰", "栋", "峰", "昊", "杰", "凯", "立", "明", "楠", "鹏", "锐", "硕",
    "涛", "文", "轩", "阳", "宇", "舟",
];

impl Draw {
    /// A stream of draws.
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut draw = Self(seed ^ stream.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        draw.next();
        draw
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `n`, or 0.
    pub fn below(&mut self, n: u64) -> usize {
        if n == 0 { 0 } else { usize::try_from(self.next() % n).unwrap_or_default() }
    }

    /// An invented name.
    pub fn name(&mut self) -> String {
        let mut name = self.one(&SURNAMES).to_owned();
        name.push_str(self.one(&GIVEN));
        if self.below(3) > 0 {
            name.push_str(self.one(&GIVEN));
        }
        name
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of.get(self.below(of.len() as u64)).copied().unwrap_or_default()
    }
}
