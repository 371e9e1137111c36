//! Which solicitations a message is, or a server refuses: the value of SOLICIT and the parameter of
//! NO-SOLICITING.

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, fail, stop};
use mailwire_core::token::{ALPHA, ByteSet};
use mailwire_core::{text_type, wire_api};

use crate::tolerance::Deviation;

text_type! {
    /// A list of solicitation class keywords, of a message or, behind NO-SOLICITING, of a server.
    ///
    /// RFC 3865 sections 2.1 to 2.3. The list is kept as it is written and split when it is iterated.
    ///
    /// # Grammar
    /// ```abnf
    /// Solicitation-keywords = word
    ///      0*("," word)
    ///      ; length of this string is limited
    ///      ; to <= 1000 characters
    /// word = ALPHA 0*(wordchar)
    /// wordchar = ("." / "-" / "_" / ":" / ALPHA / DIGIT)
    /// ```
    ///
    /// # Wire
    /// ```text
    /// S: 250-NO-SOLICITING net.example:ADV
    /// C: MAIL FROM:<a@example.com> SOLICIT=org.example:ADV:ADLT
    /// ```
    ///
    /// # Limits
    /// 1000 octets.
    ///
    /// # Errors
    /// `word`; `Solicitation-keywords` when the list is too long.
    ///
    /// # Example
    /// ```
    /// use mailwire_smtp::element::solicit::Solicit;
    ///
    /// let solicit = Solicit::parse(b"net.example:ADV,org.example:ADV:ADLT")?;
    /// assert_eq!(solicit.keywords().last(), Some("org.example:ADV:ADLT"));
    /// assert_eq!(solicit.to_bytes(), b"net.example:ADV,org.example:ADV:ADLT");
    /// # Ok::<(), mailwire_core::SyntaxError>(())
    /// ```
    pub struct Solicit: "Solicitation-keywords", check = check, utf8
}

wire_api!(Deviation: Solicit);

const LENGTH: usize = 1000;

static WORDCHAR: ByteSet =
    ByteSet::range(b'A', b'Z').and_range(b'a', b'z').and_range(b'0', b'9').and(b".-_:");

impl<'a> Wire<'a> for Solicit<'a> {
    fn parse_part(input: &'a [u8], _: &Context) -> PResult<'a, Self> {
        let mut word = input;
        let rest = loop {
            if !word.first().is_some_and(|&byte| ALPHA.contains(byte)) {
                return Err(fail(word, "word"));
            }
            let (_, rest) = WORDCHAR.split(word);
            match rest.strip_prefix(b",") {
                Some(next) => word = next,
                None => break rest,
            }
        };
        let (list, rest) = input.split_at(input.len() - rest.len());
        match list.len() {
            ..=LENGTH => Ok((rest, Self::checked(list))),
            _ => Err(stop(input, "Solicitation-keywords")),
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.bytes(self.as_bytes());
    }
}

fn check(list: &[u8]) -> Result<(), usize> {
    let mut begin = true;
    for (at, &byte) in list.iter().enumerate() {
        let fits = match byte {
            b',' => !begin,
            _ if begin => ALPHA.contains(byte),
            _ => WORDCHAR.contains(byte),
        };
        if !fits || at >= LENGTH {
            return Err(at);
        }
        begin = byte == b',';
    }
    if begin { Err(list.len()) } else { Ok(()) }
}

impl Solicit<'_> {
    /// The solicitation class keywords.
    pub fn keywords(&self) -> impl Iterator<Item = &str> {
        self.as_str().split(',')
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_rejects, check_rows};
    use proptest::prelude::*;

    #[test]
    fn rows() {
        let solicit = |list| Solicit::new(list).unwrap();
        let longest = [b'a'; LENGTH];
        let longer = [b'a'; LENGTH + 1];
        check_rows(&[
            (b"org.example:ADV:ADLT", solicit("org.example:ADV:ADLT")),
            (
                b"net.example:ADV,org.example:ADV:ADLT",
                solicit("net.example:ADV,org.example:ADV:ADLT"),
            ),
            (b"a", solicit("a")),
            (&longest, Solicit::new(&longest).unwrap()),
        ]);
        check_rejects::<Solicit<'_>>(&[
            (b"", "word", 0),
            (b",a", "word", 0),
            (b"a,", "word", 2),
            (b"a,,b", "word", 2),
            (b"1a", "word", 0),
            (b"a=b", "end", 1),
            (&longer, "Solicitation-keywords", 0),
        ]);
    }

    proptest! {
        #[test]
        fn what_is_built_is_what_is_parsed(list in "[a1,.:= ]{0,8}") {
            let built = Solicit::new(&list);
            prop_assert_eq!(built.is_ok(), Solicit::parse(list.as_bytes()).is_ok());
        }
    }
}
