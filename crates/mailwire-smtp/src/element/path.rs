//! Paths: what stands between the angle brackets of MAIL and RCPT. RFC 5321 section 4.1.2.
//!
//! ```text
//! C: MAIL FROM:<>
//! C: RCPT TO:<@relay.example:bob@example.org>
//! ```

use alloc::borrow::Cow;
use core::fmt;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, cut, fail, stop};
use mailwire_core::token::strip_prefix_ignore_case;
use mailwire_core::{IntoBytes, InvalidValue, Tolerance, into_owned, wire_api};

use super::domain::Domain;
use super::mailbox::{LocalPart, Mailbox};
use crate::tolerance::Deviation;

/// Most octets of a path with its brackets (RFC 5321 section 4.5.3.1.3).
const MAX_PATH: usize = 256;

/// A mailbox in angle brackets, with the source route that old software puts before it.
///
/// A source route is accepted and kept, and is to be ignored; a path that is built has none.
///
/// RFC 5321 section 4.1.2 and appendix C.
///
/// # Grammar
/// ```text
/// Path  = "<" [ A-d-l ":" ] Mailbox ">"
/// A-d-l = At-domain *( "," At-domain )
/// ```
/// Deviations: [`MissingAngleBrackets`](Deviation::MissingAngleBrackets),
/// [`LongPath`](Deviation::LongPath), and those of [`Mailbox`].
///
/// # Wire
/// ```text
/// C: RCPT TO:<@relay.example:bob@example.org>
/// ```
///
/// # Limits
/// 256 octets with the brackets.
///
/// # Errors
/// `Path` where a bracket is missing, `A-d-l`, and those of [`Mailbox`].
///
/// # Example
/// ```
/// use mailwire_smtp::element::path::Path;
/// let path = Path::parse(b"<@relay.example:bob@example.org>")?;
/// assert_eq!(path.mailbox.to_string(), "bob@example.org");
/// assert_eq!(path.source_route(), b"@relay.example");
/// assert_eq!(path.to_bytes(), b"<@relay.example:bob@example.org>");
/// # Ok::<(), mailwire_core::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Path<'a> {
    /// The address.
    pub mailbox: Mailbox<'a>,
    /// `A-d-l` without its colon, checked; empty in nearly every path.
    route: Cow<'a, [u8]>,
}

into_owned!(struct Path { mailbox, route });
wire_api!(Deviation: Path, ReversePath, ForwardPath);

impl<'a> Path<'a> {
    /// The source route, without its colon: empty, or `@domain` with commas between.
    #[must_use]
    pub fn source_route(&self) -> &[u8] {
        &self.route
    }

    /// `[A-d-l ":"] Mailbox`, between the brackets.
    #[inline(always)]
    fn inside(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, route) = match input.first() {
            Some(b'@') => source_route(input, cx)?,
            _ => (input, &[][..]),
        };
        let (rest, mailbox) = Mailbox::parse_part(rest, cx)?;
        Ok((rest, Self { mailbox, route: Cow::Borrowed(route) }))
    }
}

impl<'a> From<Mailbox<'a>> for Path<'a> {
    fn from(mailbox: Mailbox<'a>) -> Self {
        Self { mailbox, route: Cow::Borrowed(&[]) }
    }
}

/// `A-d-l ":"`, without the colon.
fn source_route<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, &'a [u8]> {
    let mut rest = input;
    loop {
        let Some((b'@', domain)) = rest.split_first() else {
            return Err(stop(rest, "A-d-l"));
        };
        (rest, _) = Domain::parse_part(domain, cx)?;
        match rest.split_first() {
            Some((b',', more)) => rest = more,
            Some((b':', more)) => {
                let len = input.len().saturating_sub(rest.len());
                return Ok((more, input.get(..len).unwrap_or_default()));
            }
            _ => return Err(stop(rest, "A-d-l")),
        }
    }
}

/// What stands between the brackets.
enum Inside<'a> {
    Path(Path<'a>),
    /// A local part alone, where that is tolerated.
    Local(LocalPart<'a>),
}

impl<'a> Inside<'a> {
    #[inline(always)]
    fn parse(input: &'a [u8], cx: &Context, local: bool) -> PResult<'a, Self> {
        if local && cx.allows(Deviation::MissingDomain) {
            let strict = Context::new(Tolerance::<Deviation>::strict());
            if let Ok((rest @ [b'>', ..], local_part)) = LocalPart::parse_part(input, &strict) {
                cx.tolerate(Deviation::MissingDomain);
                return Ok((rest, Self::Local(local_part)));
            }
        }
        Path::inside(input, cx).map(|(rest, path)| (rest, Self::Path(path)))
    }
}

/// A path in brackets, or a bare mailbox where that is tolerated. `local`: the domain may be
/// missing.
#[inline(always)]
fn bracketed<'a>(input: &'a [u8], cx: &Context, local: bool) -> PResult<'a, Inside<'a>> {
    let Some((b'<', start)) = input.split_first() else {
        if !cx.allows(Deviation::MissingAngleBrackets) {
            return Err(fail(input, "Path"));
        }
        let (rest, mailbox) = Mailbox::parse_part(input, cx)?;
        cx.tolerate(Deviation::MissingAngleBrackets);
        return Ok((rest, Inside::Path(mailbox.into())));
    };
    let (rest, inside) = cut(Inside::parse(start, cx, local))?;
    let Some((b'>', rest)) = rest.split_first() else {
        return Err(stop(rest, "Path"));
    };
    let len = input.len().saturating_sub(rest.len());
    if len > MAX_PATH && !cx.tolerate(Deviation::LongPath) {
        return Err(stop(input.get(MAX_PATH..).unwrap_or_default(), "Path"));
    }
    Ok((rest, inside))
}

impl<'a> Wire<'a> for Path<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        match bracketed(input, cx, false)? {
            (rest, Inside::Path(path)) => Ok((rest, path)),
            (rest, Inside::Local(_)) => Err(stop(rest, "Mailbox")),
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.byte(b'<');
        if !self.route.is_empty() {
            out.bytes(&self.route).byte(b':');
        }
        out.put(&self.mailbox).byte(b'>');
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}>", self.mailbox)
    }
}

/// Where failures are reported to: the argument of MAIL.
///
/// RFC 5321 sections 4.1.1.2 and 4.1.2.
///
/// # Grammar
/// ```text
/// Reverse-path = Path / "<>"
/// ```
/// Deviations: those of [`Path`], and [`MissingDomain`](Deviation::MissingDomain).
///
/// # Wire
/// ```text
/// C: MAIL FROM:<>
/// ```
///
/// # Limits
/// Those of [`Path`].
///
/// # Errors
/// Those of [`Path`].
///
/// # Example
/// ```
/// use mailwire_smtp::element::path::ReversePath;
/// assert_eq!(ReversePath::parse(b"<>")?, ReversePath::Null);
/// let path = ReversePath::mailbox("alice", "example.org").unwrap();
/// assert_eq!(path.to_bytes(), b"<alice@example.org>");
/// # Ok::<(), mailwire_core::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ReversePath<'a> {
    /// `<>`: the sender of notifications, to which none may be sent.
    Null,
    /// A mailbox.
    Path(Path<'a>),
    /// A local part without a domain, which the grammar forbids.
    Local(LocalPart<'a>),
}

into_owned!(
    enum ReversePath {
        Null,
        Path(path),
        Local(local_part),
    }
);

impl<'a> ReversePath<'a> {
    /// A path from the meaning of a local part and a domain name.
    ///
    /// # Errors
    /// [`InvalidValue`] when one half cannot stand on the wire.
    pub fn mailbox(
        local_part: impl IntoBytes<'a>,
        domain: impl IntoBytes<'a>,
    ) -> Result<Self, InvalidValue> {
        Mailbox::new(local_part, domain).map(Self::from)
    }

    /// True when the path holds octets that need SMTPUTF8.
    #[must_use]
    pub fn needs_utf8(&self) -> bool {
        match self {
            Self::Null => false,
            Self::Path(path) => path.mailbox.needs_utf8(),
            Self::Local(local_part) => !local_part.as_bytes().is_ascii(),
        }
    }
}

impl<'a> From<Mailbox<'a>> for ReversePath<'a> {
    fn from(mailbox: Mailbox<'a>) -> Self {
        Self::Path(mailbox.into())
    }
}

impl<'a> Wire<'a> for ReversePath<'a> {
    #[inline(always)]
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        if let Some(rest) = input.strip_prefix(b"<>") {
            return Ok((rest, Self::Null));
        }
        Ok(match bracketed(input, cx, true)? {
            (rest, Inside::Path(path)) => (rest, Self::Path(path)),
            (rest, Inside::Local(local_part)) => (rest, Self::Local(local_part)),
        })
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        match self {
            Self::Null => out.bytes(b"<>"),
            Self::Path(path) => out.put(path),
            Self::Local(local_part) => out.byte(b'<').put(local_part).byte(b'>'),
        };
    }
}

/// Whom a message goes to: the argument of RCPT.
///
/// RFC 5321 sections 4.1.1.3 and 4.1.2.
///
/// # Grammar
/// ```text
/// ( "<Postmaster@" Domain ">" / "<Postmaster>" / Forward-path )
/// Forward-path = Path
/// ```
/// Deviations: those of [`Path`], and [`MissingDomain`](Deviation::MissingDomain).
///
/// # Wire
/// ```text
/// C: RCPT TO:<Postmaster>
/// ```
///
/// # Limits
/// Those of [`Path`].
///
/// # Errors
/// Those of [`Path`]; the null path is none of RCPT.
///
/// # Example
/// ```
/// use mailwire_smtp::element::path::ForwardPath;
/// assert_eq!(ForwardPath::parse(b"<postmaster>")?, ForwardPath::Postmaster);
/// assert!(ForwardPath::parse(b"<>").is_err());
/// # Ok::<(), mailwire_core::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ForwardPath<'a> {
    /// `<Postmaster>`, in any case, without a domain. With a domain it is a path.
    Postmaster,
    /// A mailbox.
    Path(Path<'a>),
    /// Another local part without a domain, which the grammar forbids.
    Local(LocalPart<'a>),
}

into_owned!(
    enum ForwardPath {
        Postmaster,
        Path(path),
        Local(local_part),
    }
);

impl<'a> ForwardPath<'a> {
    /// A path from the meaning of a local part and a domain name.
    ///
    /// # Errors
    /// [`InvalidValue`] when one half cannot stand on the wire.
    pub fn mailbox(
        local_part: impl IntoBytes<'a>,
        domain: impl IntoBytes<'a>,
    ) -> Result<Self, InvalidValue> {
        Mailbox::new(local_part, domain).map(Self::from)
    }

    /// True when the path holds octets that need SMTPUTF8.
    #[must_use]
    pub fn needs_utf8(&self) -> bool {
        match self {
            Self::Postmaster => false,
            Self::Path(path) => path.mailbox.needs_utf8(),
            Self::Local(local_part) => !local_part.as_bytes().is_ascii(),
        }
    }
}

impl<'a> From<Mailbox<'a>> for ForwardPath<'a> {
    fn from(mailbox: Mailbox<'a>) -> Self {
        Self::Path(mailbox.into())
    }
}

impl<'a> Wire<'a> for ForwardPath<'a> {
    #[inline(always)]
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        // Few other paths begin as this one does and end where it does.
        if let [b'<', b'P' | b'p', _, _, _, _, _, _, _, _, _, b'>', ..] = input {
            if let Some(rest) = strip_prefix_ignore_case(input, b"<postmaster>") {
                return Ok((rest, Self::Postmaster));
            }
        }
        Ok(match bracketed(input, cx, true)? {
            (rest, Inside::Path(path)) => (rest, Self::Path(path)),
            // Quotes change nothing: `<"postmaster">`.
            (rest, Inside::Local(local_part))
                if local_part.as_bytes().eq_ignore_ascii_case(b"postmaster") =>
            {
                (rest, Self::Postmaster)
            }
            (rest, Inside::Local(local_part)) => (rest, Self::Local(local_part)),
        })
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        match self {
            Self::Postmaster => out.bytes(b"<Postmaster>"),
            Self::Path(path) => out.put(path),
            Self::Local(local_part) => out.byte(b'<').put(local_part).byte(b'>'),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_rejects, check_rows};

    fn routed(route: &'static str) -> Path<'static> {
        Path { mailbox: Mailbox::new("user", "d").unwrap(), route: Cow::Borrowed(route.as_bytes()) }
    }

    #[test]
    fn rows() {
        check_rows(&[
            (b"<>", ReversePath::Null),
            (b"<a@b>", ReversePath::mailbox("a", "b").unwrap()),
            (b"<@a,@b:user@d>", ReversePath::Path(routed("@a,@b"))),
            (br#"<"@a,@b:<user>"@d>"#, ReversePath::mailbox("@a,@b:<user>", "d").unwrap()),
        ]);
        check_rows(&[
            (b"<Postmaster>", ForwardPath::Postmaster),
            (
                b"<Postmaster@example.org>",
                ForwardPath::mailbox("Postmaster", "example.org").unwrap(),
            ),
            (b"<@a:user@d>", ForwardPath::Path(routed("@a"))),
            (br#"<"a>b"@x>"#, ForwardPath::mailbox("a>b", "x").unwrap()),
        ]);
    }

    #[test]
    fn rejects() {
        check_rejects::<ForwardPath<'_>>(&[
            (b"<>", "Local-part", 1),
            (b"a@b", "Path", 0),
            (b"<a@b", "Path", 4),
            (b"<<a@b>>", "Local-part", 1),
            (b"<a@b>>", "end", 5),
            (b"<Name <a@b>>", "Mailbox", 5),
            (b"<mailto:a@b>", "Mailbox", 7),
            (b"<@x>", "A-d-l", 3),
            (b"<@x,y:a@b>", "A-d-l", 4),
            (b"<@a,@b:u@x", "Path", 10),
            (b"<a>", "Mailbox", 2),
            (b"<a@x>b>", "end", 5),
            (b"< >", "Local-part", 1),
        ]);
        check_rejects::<ReversePath<'_>>(&[(b"<", "Local-part", 1), (b"", "Path", 0)]);
    }

    #[test]
    fn lenient() {
        let long: &[u8] = &[b"<a@", &[b'b'; 254][..], b">"].concat();
        check_lenient::<ForwardPath<'_>>(&[
            (b"a@b", Deviation::MissingAngleBrackets, b"<a@b>"),
            (b"<root>", Deviation::MissingDomain, b"<root>"),
            (br#"<"postmaster">"#, Deviation::MissingDomain, b"<Postmaster>"),
            (long, Deviation::LongPath, long),
        ]);
        check_lenient::<ReversePath<'_>>(&[
            (b"a@b", Deviation::MissingAngleBrackets, b"<a@b>"),
            (b"<root>", Deviation::MissingDomain, b"<root>"),
        ]);
    }
}
