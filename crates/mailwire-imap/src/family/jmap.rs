//! GETJMAPACCESS: where the JMAP server is. RFC 9698.

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, fail, stop};
use mailwire_core::token::VCHAR;
use mailwire_core::{text_type, wire_api};

use crate::Mode;
use crate::token::skip_quoted;
use crate::tolerance::Deviation;

text_type! {
    /// The URL of the JMAP session resource that serves the same mail; sent by the server.
    ///
    /// RFC 9698. A client asks with GETJMAPACCESS, which has no arguments, once it is authenticated.
    ///
    /// # Grammar
    /// ```abnf
    /// resp-jmapaccess = "JMAPACCESS" SP quoted
    /// ```
    /// Only an absolute URL with the scheme `https` or `http` is one.
    ///
    /// # Wire
    /// ```text
    /// C: A1 GETJMAPACCESS
    /// S: * JMAPACCESS "https://example.com/.s/[jmap]"
    /// ```
    ///
    /// # Limits
    /// Those of the line.
    ///
    /// # Errors
    /// `JMAPACCESS`, `quoted`.
    ///
    /// # Example
    /// ```
    /// use mailwire_imap::Data;
    ///
    /// let line = b"JMAPACCESS \"https://example.com/jmap\"";
    /// let Data::JmapAccess(url) = Data::parse(line)? else { panic!() };
    /// assert_eq!(url.as_str(), "https://example.com/jmap");
    /// # Ok::<(), mailwire_imap::SyntaxError>(())
    /// ```
    pub struct JmapAccess: "JMAPACCESS", check = check, utf8
}

fn check(url: &[u8]) -> Result<(), usize> {
    let behind = [&b"https://"[..], b"http://"]
        .iter()
        .find_map(|scheme| mailwire_core::token::strip_prefix_ignore_case(url, scheme));
    let Some(behind) = behind.filter(|behind| !behind.is_empty()) else { return Err(0) };
    VCHAR.check(behind).map_err(|at| url.len() - behind.len() + at)?;
    match url.iter().position(|octet| matches!(octet, b'"' | b'\\')) {
        Some(at) => Err(at),
        None => Ok(()),
    }
}

wire_api!(Deviation, Mode: JmapAccess);

impl<'a> Wire<'a> for JmapAccess<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        if input.first() != Some(&b'"') {
            return Err(fail(input, "JMAPACCESS"));
        }
        let (rest, url) = skip_quoted(input, cx)?;
        match check(url) {
            Ok(()) => Ok((rest, Self::checked(url))),
            Err(at) => Err(stop(input.get(1 + at..).unwrap_or_default(), "JMAPACCESS")),
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.quoted(self.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_rejects, check_rows};

    #[test]
    fn rows() {
        let url = "https://example.com/.well-known/jmap";
        check_rows(&[
            (b"\"https://example.com/.well-known/jmap\"", JmapAccess::new(url).unwrap()),
            (b"\"http://h/[x]\"", JmapAccess::new("http://h/[x]").unwrap()),
        ]);
        check_rejects::<JmapAccess<'_>>(&[
            (b"", "JMAPACCESS", 0),
            (b"https://h/", "JMAPACCESS", 0),
            (b"\"example.com\"", "JMAPACCESS", 1),
            (b"\"https://\"", "JMAPACCESS", 1),
            (b"\"https://h/a b\"", "JMAPACCESS", 12),
        ]);
    }
}
