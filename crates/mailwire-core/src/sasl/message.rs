//! Client messages of the mechanisms that are a layout of octets and nothing more.
//!
//! Each function gives the octets before base64, for [`InitialResponse`](super::InitialResponse) or
//! [`ClientResponse`](super::ClientResponse). What would break the layout is refused, so that no
//! value can pose as another field. Strings are taken as they are: SASLprep (RFC 4013, RFC 8265) is
//! for the caller.
//!
//! The passwords of PLAIN and LOGIN and the tokens of XOAUTH2 and OAUTHBEARER can be read by
//! everyone on the way. They go over TLS only.

use alloc::format;
use alloc::vec::Vec;

use crate::error::InvalidValue;
use crate::secret::Secret;

/// The separator of the OAuth messages: `kvsep`, RFC 7628 section 3.1.
const SEPARATOR: &[u8] = b"\x01";

/// The message of PLAIN.
///
/// RFC 4616 section 2. An empty `authzid` is left out: the server derives it from `authcid`.
///
/// # Grammar
/// ```text
/// message = [authzid] UTF8NUL authcid UTF8NUL passwd
/// authcid = 1*SAFE          ; any character except NUL; servers take 255 octets at least
/// authzid = 1*SAFE
/// passwd  = 1*SAFE
/// ```
///
/// # Errors
/// `authzid`, `authcid` or `passwd` with a NUL; `authcid` or `passwd` empty.
///
/// # Example
/// ```
/// use mailwire_core::sasl::message::plain;
/// assert_eq!(plain("", "tim", "tanstaaftanstaaf")?.expose(), b"\0tim\0tanstaaftanstaaf");
/// assert!(plain("", "tim\0root", "x").is_err());
/// # Ok::<(), mailwire_core::error::InvalidValue>(())
/// ```
pub fn plain(
    authzid: &str,
    authcid: &str,
    password: &str,
) -> Result<Secret<Vec<u8>>, InvalidValue> {
    check("authzid", authzid, is_safe)?;
    not_empty("authcid", authcid)?;
    check("authcid", authcid, is_safe)?;
    not_empty("passwd", password)?;
    check("passwd", password, is_safe)?;
    let fields = [authzid.as_bytes(), b"\0", authcid.as_bytes(), b"\0", password.as_bytes()];
    Ok(Secret::new(fields.concat()))
}

/// The answer to the first challenge of LOGIN: the user name.
///
/// LOGIN has no RFC. Its challenges ask for the user name and then for the password, in words that
/// differ from server to server (`Username:`, `User Name` with a NUL, others): a client goes by their
/// order and not by their text. What PLAIN refuses is refused here.
///
/// # Errors
/// `authcid` with a NUL, or empty.
///
/// # Example
/// ```
/// use mailwire_core::sasl::message::{login_password, login_username};
/// assert_eq!(login_username("tim")?.expose(), b"tim");
/// assert_eq!(login_password("secret")?.expose(), b"secret");
/// # Ok::<(), mailwire_core::error::InvalidValue>(())
/// ```
pub fn login_username(username: &str) -> Result<Secret<Vec<u8>>, InvalidValue> {
    not_empty("authcid", username)?;
    check("authcid", username, is_safe)?;
    Ok(Secret::new(username.into()))
}

/// The answer to the second challenge of LOGIN: the password. See [`login_username`].
///
/// # Errors
/// `passwd` with a NUL, or empty.
pub fn login_password(password: &str) -> Result<Secret<Vec<u8>>, InvalidValue> {
    not_empty("passwd", password)?;
    check("passwd", password, is_safe)?;
    Ok(Secret::new(password.into()))
}

/// The message of XOAUTH2.
///
/// Google's mechanism, also of Microsoft and Yahoo. It has no RFC. When it fails, the server sends a
/// challenge that tells why, and waits for an empty response before it says so.
///
/// # Grammar
/// ```text
/// message = "user=" user %x01 "auth=Bearer " token %x01 %x01
/// ```
///
/// # Errors
/// `user` with a control character, or empty; `token` with anything but `VCHAR`, or empty.
///
/// # Example
/// ```
/// use mailwire_core::sasl::message::xoauth2;
/// assert_eq!(xoauth2("a@x", "ya29.v")?.expose(), b"user=a@x\x01auth=Bearer ya29.v\x01\x01");
/// # Ok::<(), mailwire_core::error::InvalidValue>(())
/// ```
pub fn xoauth2(user: &str, token: &str) -> Result<Secret<Vec<u8>>, InvalidValue> {
    not_empty("user", user)?;
    check("user", user, |c| !c.is_control())?;
    bearer(&[b"user=", user.as_bytes(), SEPARATOR].concat(), token)
}

/// The message of OAUTHBEARER.
///
/// RFC 7628 section 3.1, with the header of RFC 5801 section 4 and the token of RFC 6750 section
/// 2.1. An empty `authzid` is left out. `host` and `port` are those that the client connected to;
/// bearer tokens do without them, though some servers compare them. When it fails, the server sends
/// a challenge that tells why, and waits for the response `%x01`.
///
/// # Grammar
/// ```text
/// client-resp = gs2-header kvsep *kvpair kvsep
/// gs2-header  = "n," ["a=" saslname] ","    ; in saslname "=" is "=3D" and "," is "=2C"
/// kvpair      = key "=" value kvsep         ; host, port, auth
/// kvsep       = %x01
/// ```
///
/// # Errors
/// `authzid` with a control character; `host` with anything but `VCHAR`, or empty; `port` 0;
/// `token` with anything but `VCHAR`, or empty. Of these the RFCs allow controls in `authzid`, where
/// they could pose as a separator, and blanks in values, where no host and no bearer token has any.
///
/// # Example
/// ```
/// use mailwire_core::sasl::message::oauthbearer;
/// let message = oauthbearer("user@example.com", Some("server.example.com"), Some(143), "vF9dft4qm")?;
/// assert_eq!(
///     message.expose(),
///     b"n,a=user@example.com,\x01host=server.example.com\x01port=143\x01\
///       auth=Bearer vF9dft4qm\x01\x01",
/// );
/// # Ok::<(), mailwire_core::error::InvalidValue>(())
/// ```
pub fn oauthbearer(
    authzid: &str,
    host: Option<&str>,
    port: Option<u16>,
    token: &str,
) -> Result<Secret<Vec<u8>>, InvalidValue> {
    check("authzid", authzid, |c| !c.is_control())?;
    let mut head = b"n,".to_vec();
    if !authzid.is_empty() {
        head.extend_from_slice(b"a=");
        for &byte in authzid.as_bytes() {
            match byte {
                b'=' => head.extend_from_slice(b"=3D"),
                b',' => head.extend_from_slice(b"=2C"),
                _ => head.push(byte),
            }
        }
    }
    head.extend_from_slice(b",\x01");
    if let Some(host) = host {
        not_empty("host", host)?;
        check("host", host, |c| c.is_ascii_graphic())?;
        head.extend_from_slice(&[b"host=", host.as_bytes(), SEPARATOR].concat());
    }
    match port {
        Some(0) => {
            return Err(InvalidValue { what: "port", at: 0 });
        }
        Some(port) => head.extend_from_slice(format!("port={port}\x01").as_bytes()),
        None => {}
    }
    bearer(&head, token)
}

/// The message of EXTERNAL: who to act as.
///
/// RFC 4422 appendix A. Empty for the identity that TLS, or whatever is external, established.
///
/// # Grammar
/// ```text
/// authz-id-string = *( UTF8-char-no-nul )
/// ```
///
/// # Errors
/// `authz-id-string` with a NUL.
///
/// # Example
/// ```
/// use mailwire_core::sasl::message::external;
/// assert_eq!(external("")?.expose(), b"");
/// # Ok::<(), mailwire_core::error::InvalidValue>(())
/// ```
pub fn external(authzid: &str) -> Result<Secret<Vec<u8>>, InvalidValue> {
    check("authz-id-string", authzid, is_safe)?;
    Ok(Secret::new(authzid.into()))
}

/// The message of ANONYMOUS: a trace that means nothing, an address or any other word.
///
/// RFC 4505 sections 2 and 3.
///
/// # Grammar
/// ```text
/// message = [ email / token ]
/// token   = 1*255TCHAR      ; any character except "@"
/// ```
/// Characters that the profile `trace` prohibits are refused: controls, private use, non-characters,
/// those that change how text is shown, and tags. Its check of bidirectional text is not made.
///
/// # Errors
/// `message` with a prohibited character, or of more than 255 characters.
///
/// # Example
/// ```
/// use mailwire_core::sasl::message::anonymous;
/// assert_eq!(anonymous("sirhc")?.expose(), b"sirhc");
/// # Ok::<(), mailwire_core::error::InvalidValue>(())
/// ```
pub fn anonymous(trace: &str) -> Result<Secret<Vec<u8>>, InvalidValue> {
    check("message", trace, |c| !is_prohibited_in_trace(c))?;
    if let Some((at, _)) = trace.char_indices().nth(255) {
        return Err(InvalidValue { what: "message", at });
    }
    Ok(Secret::new(trace.into()))
}

/// The end of both OAuth messages.
fn bearer(head: &[u8], token: &str) -> Result<Secret<Vec<u8>>, InvalidValue> {
    not_empty("token", token)?;
    check("token", token, |c| c.is_ascii_graphic())?;
    let fields = [head, b"auth=Bearer ", token.as_bytes(), SEPARATOR, SEPARATOR];
    Ok(Secret::new(fields.concat()))
}

fn check(what: &'static str, value: &str, ok: impl Fn(char) -> bool) -> Result<(), InvalidValue> {
    match value.char_indices().find(|&(_, c)| !ok(c)) {
        Some((at, _)) => Err(InvalidValue { what, at }),
        None => Ok(()),
    }
}

const fn not_empty(what: &'static str, value: &str) -> Result<(), InvalidValue> {
    if value.is_empty() { Err(InvalidValue { what, at: 0 }) } else { Ok(()) }
}

/// `SAFE` of RFC 4616: a `str` is UTF-8 already.
const fn is_safe(c: char) -> bool {
    c != '\0'
}

/// The tables C.2.1, C.2.2, C.3 to C.6, C.8 and C.9 of RFC 3454, which RFC 4505 section 3 names.
/// The surrogates of C.5 cannot be in a `char`.
const fn is_prohibited_in_trace(c: char) -> bool {
    matches!(
        c,
        '\u{0}'..='\u{1F}' | '\u{7F}'..='\u{9F}'
            | '\u{340}' | '\u{341}' | '\u{6DD}' | '\u{70F}' | '\u{180E}'
            | '\u{200C}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2063}'
            | '\u{206A}'..='\u{206F}' | '\u{E000}'..='\u{F8FF}' | '\u{FDD0}'..='\u{FDEF}'
            | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFD}' | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0001}' | '\u{E0020}'..='\u{E007F}' | '\u{F0000}'..='\u{10FFFF}'
    ) || c as u32 & 0xFFFE == 0xFFFE
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;

    fn refused(what: &'static str, at: usize, value: Result<Secret<Vec<u8>>, InvalidValue>) {
        assert_eq!(value, Err(InvalidValue { what, at }));
    }

    #[test]
    fn plain_as_in_rfc_4616() {
        let message = plain("Ursel", "Kurt", "xipj3plmq").unwrap();
        assert_eq!(message.expose(), b"Ursel\0Kurt\0xipj3plmq");
        assert_eq!(plain("", "\u{e9}", "\r\n").unwrap().expose(), b"\0\xc3\xa9\0\r\n");
        refused("authzid", 1, plain("a\0", "b", "c"));
        refused("authcid", 2, plain("", "\u{e9}\0root", "c"));
        refused("passwd", 0, plain("", "b", "\0"));
        refused("authcid", 0, plain("a", "", "c"));
        refused("passwd", 0, plain("a", "b", ""));
    }

    #[test]
    fn login_refuses_what_plain_refuses() {
        refused("authcid", 1, login_username("a\0"));
        refused("authcid", 0, login_username(""));
        refused("passwd", 1, login_password("a\0"));
        refused("passwd", 0, login_password(""));
    }

    #[test]
    fn no_value_of_oauth_can_pose_as_another_field() {
        refused("user", 1, xoauth2("a\x01auth=Bearer evil", "t"));
        refused("user", 0, xoauth2("", "t"));
        refused("token", 1, xoauth2("a", "t\x01"));
        refused("token", 1, xoauth2("a", "t x"));
        refused("token", 0, xoauth2("a", ""));
        refused("authzid", 0, oauthbearer("\x01", None, None, "t"));
        refused("host", 1, oauthbearer("", Some("h\x01port=1"), None, "t"));
        refused("host", 0, oauthbearer("", Some(""), None, "t"));
        refused("port", 0, oauthbearer("", None, Some(0), "t"));
        refused("token", 1, oauthbearer("", None, None, "t\u{e9}"));
    }

    #[test]
    fn oauthbearer_escapes_and_leaves_out() {
        let message = oauthbearer("a=b,c", None, None, "t").unwrap();
        assert_eq!(message.expose(), b"n,a=a=3Db=2Cc,\x01auth=Bearer t\x01\x01");
        let message = oauthbearer("", None, Some(65535), "t").unwrap();
        assert_eq!(message.expose(), b"n,,\x01port=65535\x01auth=Bearer t\x01\x01");
    }

    #[test]
    fn external_takes_all_but_nul() {
        assert_eq!(external("a\r\nb").unwrap().expose(), b"a\r\nb");
        refused("authz-id-string", 1, external("a\0"));
    }

    #[test]
    fn anonymous_as_the_trace_profile_has_it() {
        assert_eq!(anonymous("").unwrap().expose(), b"");
        assert_eq!(
            anonymous("user@example.com \u{e9}").unwrap().expose(),
            "user@example.com \u{e9}".as_bytes()
        );
        refused("message", 1, anonymous("a\r\n"));
        refused("message", 0, anonymous("\u{202e}abc"));
        refused("message", 0, anonymous("\u{fffe}"));
        refused("message", 0, anonymous("\u{1ffff}"));
        let long: String = "\u{e9}".repeat(255);
        assert!(anonymous(&long).is_ok());
        refused("message", 510, anonymous(&(long + "x")));
    }
}
