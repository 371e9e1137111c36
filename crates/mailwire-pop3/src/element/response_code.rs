//! Response codes: what a program reads in the text of an answer. RFC 2449 section 8, RFC 3206,
//! RFC 6856 section 5.
//!
//!   S: -ERR [SYS/TEMP] try again later

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, fail, stop};
use mailwire_core::token::ByteSet;
use mailwire_core::{text_type, wire_api, wire_enum};

use crate::tolerance::Deviation;

text_type! {
    /// The code at the beginning of the text of a status line, sent by the server.
    ///
    /// RFC 2449 sections 3 and 8. A code has levels, from the general to the special; a client that
    /// does not know a level goes by those before it. Case means nothing.
    ///
    /// # Grammar
    /// ```text
    /// resp-code  = "[" resp-level *("/" resp-level) "]"
    /// resp-level = 1*rchar
    /// rchar      = %x21-2E / %x30-5C / %x5E-7E      ; printable, without "/" and "]"
    /// ```
    /// The value has no brackets. Deviation: [`VendorCode`](Deviation::VendorCode).
    ///
    /// # Wire
    /// ```text
    /// S: -ERR [IN-USE] Do you have another POP session running?
    /// ```
    ///
    /// # Limits
    /// Those of the line.
    ///
    /// # Errors
    /// `resp-code`, `resp-level`.
    ///
    /// # Example
    /// ```
    /// use mailwire_pop3::element::response_code::{KnownCode, ResponseCode};
    /// let code = ResponseCode::parse(b"[sys/temp/disk]")?;
    /// assert_eq!(code.known(), Some(KnownCode::SysTemp));
    /// assert!(code.is(KnownCode::Sys) && !code.is(KnownCode::SysPerm));
    /// assert_eq!(code.levels().last(), Some(&b"disk"[..]));
    /// # Ok::<(), mailwire_core::SyntaxError>(())
    /// ```
    pub struct ResponseCode: "resp-code", check = check, bytes, ignore case
}

wire_api!(Deviation: ResponseCode);

wire_enum! {
    /// The codes of the registry.
    #[non_exhaustive]
    pub enum KnownCode: "resp-code" in LEVELS {
        /// LOGIN-DELAY: the client logged in not long ago. RFC 2449 section 8.1.1.
        LoginDelay = "LOGIN-DELAY",
        /// IN-USE: another session has the maildrop. RFC 2449 section 8.1.2.
        InUse = "IN-USE",
        /// SYS: the fault is not the user's. RFC 3206 section 4.
        Sys = "SYS",
        /// SYS/TEMP: and it may pass.
        SysTemp = "SYS/TEMP",
        /// SYS/PERM: and someone has to be told.
        SysPerm = "SYS/PERM",
        /// AUTH: the credentials are at fault. RFC 3206 section 5.
        Auth = "AUTH",
        /// UTF8: the message needs UTF-8 mode. RFC 6856 section 5.
        Utf8 = "UTF8",
    }
}

/// Octets of the levels and the slash between them.
static LEVELS: ByteSet = ByteSet::range(0x21, 0x7e).without(b"]");
/// The same with what vendors put there.
static VENDOR: ByteSet = ByteSet::range(0x20, 0x7e).without(b"]");

/// What is built keeps to the grammar.
fn check(code: &[u8]) -> Result<(), usize> {
    LEVELS.check(code)?;
    let mut at = 0_usize;
    for level in code.split(|&byte| byte == b'/') {
        if level.is_empty() {
            return Err(at);
        }
        at = at.saturating_add(level.len()).saturating_add(1);
    }
    Ok(())
}

impl From<KnownCode> for ResponseCode<'static> {
    fn from(code: KnownCode) -> Self {
        Self::checked(code.as_str().as_bytes())
    }
}

impl ResponseCode<'_> {
    /// The levels, from the general to the special.
    pub fn levels(&self) -> impl Iterator<Item = &[u8]> {
        self.as_bytes().split(|&byte| byte == b'/')
    }

    /// True when the first levels are those of `code`.
    #[must_use]
    pub fn is(&self, code: KnownCode) -> bool {
        let mut levels = self.levels();
        code.as_str().split('/').all(|level| {
            levels.next().is_some_and(|other| other.eq_ignore_ascii_case(level.as_bytes()))
        })
    }

    /// The code of the registry with the most levels that this one begins with.
    #[must_use]
    pub fn known(&self) -> Option<KnownCode> {
        let levels = |code: &KnownCode| code.as_str().split('/').count();
        KnownCode::ALL.iter().copied().filter(|&code| self.is(code)).max_by_key(levels)
    }
}

impl<'a> Wire<'a> for ResponseCode<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let Some((b'[', inside)) = input.split_first() else {
            return Err(fail(input, "resp-code"));
        };
        let (code, rest) = VENDOR.split(inside);
        let Some((b']', rest)) = rest.split_first() else {
            return Err(fail(rest, "resp-code"));
        };
        // Brackets with nothing in them, or only blanks, are text.
        if code.trim_ascii().is_empty() {
            return Err(fail(inside, "resp-level"));
        }
        match check(code) {
            Ok(()) => {}
            Err(_) if cx.tolerate(Deviation::VendorCode) => {}
            Err(at) => return Err(stop(inside.get(at..).unwrap_or_default(), "resp-level")),
        }
        Ok((rest, Self::checked(code)))
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.byte(b'[').bytes(self.as_bytes()).byte(b']');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_rejects, check_rows};

    fn code(text: &str) -> ResponseCode<'_> {
        ResponseCode::new(text).unwrap()
    }

    #[test]
    fn rows() {
        check_rows(&[
            (b"[LOGIN-DELAY]", KnownCode::LoginDelay.into()),
            (b"[IN-USE]", KnownCode::InUse.into()),
            (b"[SYS]", KnownCode::Sys.into()),
            (b"[SYS/TEMP]", KnownCode::SysTemp.into()),
            (b"[SYS/PERM]", KnownCode::SysPerm.into()),
            (b"[AUTH]", KnownCode::Auth.into()),
            (b"[UTF8]", KnownCode::Utf8.into()),
            (b"[a/b/c]", code("a/b/c")),
            (b"[XCLIENT]", code("XCLIENT")),
        ]);
    }

    #[test]
    fn rejects() {
        check_rejects::<ResponseCode<'_>>(&[
            (b"", "resp-code", 0),
            (b"AUTH", "resp-code", 0),
            (b"[", "resp-code", 1),
            (b"[AUTH", "resp-code", 5),
            (b"[AUTH x", "resp-code", 7),
            (b"[]", "resp-level", 1),
            (b"[  ]", "resp-level", 1),
            (b"[a\0]", "resp-code", 2),
            (b"[a\xe9]", "resp-code", 2),
            (b"[AUTH] x", "end", 6),
        ]);
    }

    #[test]
    fn lenient() {
        check_lenient::<ResponseCode<'_>>(&[
            (
                b"[WEBALERT https://mail.example/a b]",
                Deviation::VendorCode,
                b"[WEBALERT https://mail.example/a b]",
            ),
            (b"[/]", Deviation::VendorCode, b"[/]"),
            (b"[SYS/]", Deviation::VendorCode, b"[SYS/]"),
        ]);
    }

    #[test]
    fn levels_are_matched_as_a_prefix() {
        for (text, known) in [
            ("sys/temp", Some(KnownCode::SysTemp)),
            ("SYS/Perm/Full", Some(KnownCode::SysPerm)),
            ("SYS/OTHER", Some(KnownCode::Sys)),
            ("SYSTEM", None),
            ("AUTH/EXPIRED", Some(KnownCode::Auth)),
            ("XAUTH", None),
        ] {
            assert_eq!(code(text).known(), known, "{text}");
        }
        let (odd, _) = ResponseCode::parse_with(b"[SYS//x]", crate::Tolerance::lenient()).unwrap();
        assert!(odd.is(KnownCode::Sys) && odd.known() == Some(KnownCode::Sys));
    }

    #[test]
    fn a_code_cannot_end_its_bracket() {
        for bad in ["", "a]b", "a b", "a\r\n", "/", "a//b", "a/"] {
            assert!(ResponseCode::new(bad).is_err(), "{bad:?}");
        }
    }
}
