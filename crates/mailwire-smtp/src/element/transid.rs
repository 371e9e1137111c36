//! The name of a transaction that can be taken up again: the value of TRANSID.

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, stop};
use mailwire_core::token::ByteSet;
use mailwire_core::{text_type, wire_api};

use crate::tolerance::Deviation;

text_type! {
    /// A name that is unique to one transaction of one client, with its angle brackets.
    ///
    /// RFC 1845 section 3. Servers compare it octet by octet.
    ///
    /// # Grammar
    /// ```abnf
    /// transid-value  ::= "<" transid-spec ">"
    ///                    ; transid-value may not be longer than
    ///                    ; 80 characters
    /// transid-spec   ::= transid-local "@" transid-domain
    /// transid-domain ::= transid-token
    /// transid-local  ::= transid-token
    /// transid-token  ::= transid-atom *("." transid-atom)
    /// transid-atom   ::= 1*<any (ASCII) CHAR except SPACE,
    ///                       CTLs, tspecials, or ".">
    /// ```
    ///
    /// # Wire
    /// ```text
    /// C: MAIL FROM:<ned@ymir.claremont.edu> TRANSID=<12345@claremont.edu>
    /// ```
    ///
    /// # Limits
    /// 80 octets, angle brackets included.
    ///
    /// # Errors
    /// `transid-value`, `transid-atom`, `transid-spec`.
    ///
    /// # Example
    /// ```
    /// use mailwire_smtp::element::transid::Transid;
    ///
    /// let transid = Transid::parse(b"<12345@claremont.edu>")?;
    /// assert_eq!((transid.local(), transid.domain()), ("12345", "claremont.edu"));
    /// assert_eq!(transid.to_bytes(), b"<12345@claremont.edu>");
    /// # Ok::<(), mailwire_core::SyntaxError>(())
    /// ```
    pub struct Transid: "TRANSID", check = check, utf8
}

wire_api!(Deviation: Transid);

const LENGTH: usize = 80;

/// Octets of a `transid-atom`; `tspecials` are those of RFC 2045.
static ATOM: ByteSet = ByteSet::range(b'!', b'~').without(b"()<>@,;:\\\"/[]?=.");

impl<'a> Wire<'a> for Transid<'a> {
    fn parse_part(input: &'a [u8], _: &Context) -> PResult<'a, Self> {
        match transid_value(input) {
            Ok(length) => {
                let (value, rest) = input.split_at(length);
                Ok((rest, Self::checked(value)))
            }
            Err((at, rule)) => Err(stop(input.get(at..).unwrap_or_default(), rule)),
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.bytes(self.as_bytes());
    }
}

/// The length of the value at the beginning of `input`, or where it breaks which rule.
fn transid_value(input: &[u8]) -> Result<usize, (usize, &'static str)> {
    let at = |rest: &[u8]| input.len() - rest.len();
    let mut rest = input.strip_prefix(b"<").ok_or((0, "transid-value"))?;
    for (end, rule) in [(b'@', "transid-spec"), (b'>', "transid-value")] {
        loop {
            let (atom, behind) = ATOM.split(rest);
            rest = match behind.split_first() {
                _ if atom.is_empty() => return Err((at(rest), "transid-atom")),
                Some((b'.', next)) => next,
                Some((&byte, next)) if byte == end => {
                    rest = next;
                    break;
                }
                _ => return Err((at(behind), rule)),
            };
        }
    }
    match at(rest) {
        length @ ..=LENGTH => Ok(length),
        _ => Err((0, "transid-value")),
    }
}

fn check(value: &[u8]) -> Result<(), usize> {
    match transid_value(value) {
        Ok(length) if length == value.len() => Ok(()),
        Ok(at) | Err((at, _)) => Err(at),
    }
}

impl Transid<'_> {
    /// What is before the `@`: it names the transaction among those of the client.
    #[must_use]
    pub fn local(&self) -> &str {
        self.parts().0
    }

    /// What is behind the `@`: it names the client.
    #[must_use]
    pub fn domain(&self) -> &str {
        self.parts().1
    }

    fn parts(&self) -> (&str, &str) {
        self.as_str().trim_matches(['<', '>']).split_once('@').unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_rejects, check_rows};
    use proptest::prelude::*;

    #[test]
    fn rows() {
        let transid = |text| Transid::new(text).unwrap();
        let of_length = |length: usize| [b"<", &*alloc::vec![b'a'; length - 4], b"@b>"].concat();
        let (longest, longer) = (of_length(80), of_length(81));
        check_rows(&[
            (b"<12345@claremont.edu>", transid("<12345@claremont.edu>")),
            (b"<a.b+c@d>", transid("<a.b+c@d>")),
            (&longest, Transid::new(&longest).unwrap()),
        ]);
        check_rejects::<Transid<'_>>(&[
            (b"", "transid-value", 0),
            (b"a@b", "transid-value", 0),
            (b"<>", "transid-atom", 1),
            (b"<a>", "transid-spec", 2),
            (b"<a@>", "transid-atom", 3),
            (b"<@b>", "transid-atom", 1),
            (b"<a..b@c>", "transid-atom", 3),
            (b"<a@b", "transid-value", 4),
            (b"<a@b@c>", "transid-value", 4),
            (b"<a=b@c>", "transid-spec", 2),
            (b"<a@b>c", "end", 5),
            (&longer, "transid-value", 0),
        ]);
    }

    proptest! {
        #[test]
        fn what_is_built_is_what_is_parsed(value in "<?[a.@=]{0,8}>?") {
            let built = Transid::new(&value);
            prop_assert_eq!(built.is_ok(), Transid::parse(value.as_bytes()).is_ok());
        }
    }
}
