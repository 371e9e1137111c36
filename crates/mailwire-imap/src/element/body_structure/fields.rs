//! The parameters of a part and its extension data.

use super::*;
use crate::element::raw::RawData;
use crate::element::string::{nstring, skip_nstring};
use crate::token::{close, nil, open, sp};
use mailwire_core::parse::stop;

/// The parameters of a media type or a disposition: names and values.
///
/// Their octets are checked once; strings are decoded when they are iterated.
#[derive(Clone, Default)]
pub struct Parameters<'a> {
    /// What stands between the parentheses.
    wire: Cow<'a, [u8]>,
    len: u32,
}

/// The field Content-Disposition: what to do with a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disposition<'a> {
    /// `INLINE`, `ATTACHMENT` or another.
    pub kind: IString<'a>,
    /// Its parameters.
    pub parameters: Parameters<'a>,
}

/// The field Content-Language: one language, or a list.
#[derive(Clone, Default)]
pub struct Languages<'a> {
    /// A string, NIL, or a list with its parentheses.
    wire: Cow<'a, [u8]>,
}

/// Extension data of a part: as many of its fields as the server sent.
///
/// RFC 9051 section 9.
///
/// # Grammar
/// ```abnf
/// body-ext-1part = body-fld-md5 [SP body-fld-dsp [SP body-fld-lang
///                  [SP body-fld-loc *(SP body-extension)]]]
/// body-ext-mpart = body-fld-param [SP body-fld-dsp [SP body-fld-lang
///                  [SP body-fld-loc *(SP body-extension)]]]
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extension<'a> {
    first: First<'a>,
    /// The field Content-Disposition.
    pub disposition: Option<Disposition<'a>>,
    /// The field Content-Language.
    pub languages: Languages<'a>,
    /// The field Content-Location.
    pub location: Option<IString<'a>>,
    /// Extension data that is not known here, or had no place of its own.
    pub other: Option<RawData<'a>>,
    /// How many fields were written, 1 to 4.
    len: u8,
}

/// The first field is another one in a multipart.
#[derive(Debug, Clone, PartialEq, Eq)]
enum First<'a> {
    Md5(Option<IString<'a>>),
    Parameters(Parameters<'a>),
}

into_owned!(struct Parameters { wire, len });
into_owned!(struct Disposition { kind, parameters });
into_owned!(struct Languages { wire });
into_owned!(@impl Extension, self => {
    Extension {
        first: match self.first {
            First::Md5(md5) => First::Md5(md5.map(IString::into_owned)),
            First::Parameters(parameters) => First::Parameters(parameters.into_owned()),
        },
        disposition: self.disposition.map(Disposition::into_owned),
        languages: self.languages.into_owned(),
        location: self.location.map(IString::into_owned),
        other: self.other.map(RawData::into_owned),
        len: self.len,
    }
});

/// `body-fld-param = "(" string SP string *(SP string SP string) ")" / nil`
pub(super) fn body_fld_param<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Parameters<'a>> {
    const RULE: &str = "body-fld-param";
    if let Some(rest) = nil(input) {
        return Ok((rest, Parameters::default()));
    }
    let (inside, ()) = cut(open(input, RULE))?;
    let mut rest = inside;
    if let Ok((behind, ())) = close(rest, cx, RULE) {
        return if cx.tolerate(Deviation::EmptyList) {
            Ok((behind, Parameters::default()))
        } else {
            Err(stop(rest, RULE))
        };
    }
    let mut len = 0_u32;
    loop {
        if !matches!(rest.first(), Some(b'"' | b'{')) {
            return Err(stop(rest, RULE));
        }
        (rest, ()) = skip_nstring(rest, cx, RULE)?;
        let (value_at, ()) = sp(rest, cx)?;
        (rest, ()) = skip_nstring(value_at, cx, RULE)?;
        if nil(value_at).is_some() && !cx.tolerate(Deviation::NilParameter) {
            return Err(stop(value_at, RULE));
        }
        len = len.saturating_add(1);
        let end = inside.len() - rest.len();
        if matches!(rest, [b')', ..] | [b' ', b' ' | b')', ..]) {
            if let Ok((behind, ())) = close(rest, cx, RULE) {
                cx.check_elements(len as usize, rest)?;
                let wire = Cow::Borrowed(inside.split_at(end).0);
                return Ok((behind, Parameters { wire, len }));
            }
        }
        (rest, ()) = cut(sp(rest, cx))?;
    }
}

/// `[SP body-ext-1part]`, or `[SP body-ext-mpart]` with parameters at the first place.
pub(super) fn extension<'a>(
    input: &'a [u8],
    cx: &Context,
    multipart: bool,
) -> PResult<'a, Option<Extension<'a>>> {
    if at_end(input) {
        return Ok((input, None));
    }
    let mut extension = Extension::empty(multipart);
    let mut rest = input;
    while extension.len < 4 && !at_end(rest) {
        let (at, ()) = sp(rest, cx)?;
        let list = at.first() == Some(&b'(');
        let string = matches!(at.first(), Some(b'"' | b'{'));
        let fits = nil(at).is_some()
            || match (extension.len, &extension.first) {
                (0, First::Parameters(_)) => list,
                (0 | 3, _) => string,
                _ => list || string,
            };
        if !fits {
            if !cx.tolerate(Deviation::OddExtension) {
                return Err(stop(at, "body"));
            }
            break;
        }
        match extension.len {
            0 if multipart => {
                let parameters;
                (rest, parameters) = body_fld_param(at, cx)?;
                extension.first = First::Parameters(parameters);
            }
            0 => {
                let md5;
                (rest, md5) = nstring(at, cx, "body-fld-md5")?;
                extension.first = First::Md5(md5);
            }
            1 if is_swapped(at, cx) && cx.tolerate(Deviation::OddExtension) => {
                (rest, extension.languages) = languages(at, cx)?;
                let (at, ()) = sp(rest, cx)?;
                (rest, extension.disposition) = disposition(at, cx)?;
                extension.len += 1;
            }
            1 => (rest, extension.disposition) = disposition(at, cx)?,
            2 => (rest, extension.languages) = languages(at, cx)?,
            _ => (rest, extension.location) = nstring(at, cx, "body-fld-loc")?,
        }
        extension.len += 1;
    }
    if !at_end(rest) {
        let (at, ()) = sp(rest, cx)?;
        let end = raw_end(at, cx)?;
        let (raw, behind) = at.split_at(at.len() - end.len());
        let (_, other) = cut(RawData::parse_part(raw, cx))?;
        extension.other = Some(other);
        extension.len = 4;
        rest = behind;
    }
    Ok((rest, Some(extension)))
}

/// True where the parenthesis of the part closes.
fn at_end(rest: &[u8]) -> bool {
    match rest {
        [b')', ..] => true,
        [b' ', ..] => rest.iter().find(|octet| **octet != b' ') == Some(&b')'),
        _ => false,
    }
}

/// The rest behind the last value before the parenthesis.
fn raw_end<'a>(
    input: &'a [u8],
    cx: &Context,
) -> Result<&'a [u8], nom::Err<mailwire_core::parse::Fail>> {
    let mut rest = cut(crate::element::raw::skip_value(input, cx))?.0;
    while !at_end(rest) {
        let (at, ()) = cut(mailwire_core::token::sp(rest))?;
        rest = cut(crate::element::raw::skip_value(at, cx))?.0;
    }
    Ok(rest)
}

/// True for `"(" string SP "("`, which no list of languages begins with.
fn has_parameters(input: &[u8], cx: &Context) -> bool {
    const RULE: &str = "body-fld-dsp";
    let inside = open(input, RULE).and_then(|(inside, ())| skip_nstring(inside, cx, RULE));
    inside.is_ok_and(|(rest, ())| rest.starts_with(b" ("))
}

/// True where a list of languages stands before the disposition.
fn is_swapped(input: &[u8], cx: &Context) -> bool {
    if input.first() != Some(&b'(') || has_parameters(input, cx) {
        return false;
    }
    let next = crate::element::raw::skip_value(input, cx).ok();
    next.and_then(|(rest, ())| rest.strip_prefix(b" ")).is_some_and(|next| has_parameters(next, cx))
}

/// What a part is whose disposition has no type: RFC 2183 section 2.8 has it for those that are not known.
const ATTACHMENT: IString<'static> = IString::checked(b"attachment");

/// `body-fld-dsp = "(" string SP body-fld-param ")" / nil`
fn disposition<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Option<Disposition<'a>>> {
    const RULE: &str = "body-fld-dsp";
    if let Some(rest) = nil(input) {
        return Ok((rest, None));
    }
    let odd = |at: &'a [u8]| {
        if cx.tolerate(Deviation::OddDisposition) { Ok(()) } else { Err(stop(at, RULE)) }
    };
    let Ok((inside, ())) = open(input, RULE) else {
        odd(input)?;
        let (rest, kind) = IString::parse_part(input, cx)?;
        return Ok((rest, Some(Disposition { kind, parameters: Parameters::default() })));
    };
    if let (Some(rest), true) = (inside.strip_prefix(b")"), cx.allows(Deviation::EmptyList)) {
        let _ = cx.tolerate(Deviation::EmptyList);
        return Ok((rest, None));
    }
    let (rest, kind) = match inside.first() {
        // Parameters of no type.
        Some(b'(') => {
            odd(inside)?;
            let (rest, parameters) = body_fld_param(inside, cx)?;
            let (rest, ()) = close(rest, cx, RULE)?;
            return Ok((rest, Some(Disposition { kind: ATTACHMENT, parameters })));
        }
        _ => nstring(inside, cx, RULE)?,
    };
    if kind.is_none() {
        odd(inside)?;
    }
    let (rest, parameters) = if at_end(rest) {
        odd(rest)?;
        (rest, Parameters::default())
    } else {
        let (at, ()) = sp(rest, cx)?;
        if matches!(at.first(), Some(b'"' | b'{')) {
            // The same without their parentheses.
            odd(at)?;
            let (rest, parameters) = body_fld_param(input, cx)?;
            return Ok((rest, Some(Disposition { kind: ATTACHMENT, parameters })));
        }
        body_fld_param(at, cx)?
    };
    let (rest, ()) = close(rest, cx, RULE)?;
    let kind = kind.or_else(|| (!parameters.is_empty()).then_some(ATTACHMENT));
    Ok((rest, kind.map(|kind| Disposition { kind, parameters })))
}

/// `body-fld-lang = nstring / "(" string *(SP string) ")"`
fn languages<'a>(input: &'a [u8], cx: &Context) -> PResult<'a, Languages<'a>> {
    const RULE: &str = "body-fld-lang";
    let (rest, ()) = match input.first() {
        Some(b'(') => crate::token::list(input, cx, RULE, |item| match nil(item) {
            Some(rest) if cx.tolerate(Deviation::NilInList) => Ok((rest, ())),
            Some(_) => Err(stop(item, RULE)),
            None => skip_nstring(item, cx, RULE),
        })?,
        _ => skip_nstring(input, cx, RULE)?,
    };
    let wire = input.split_at(input.len() - rest.len()).0;
    if wire == b"()" && !cx.tolerate(Deviation::EmptyList) {
        return Err(stop(input, RULE));
    }
    Ok((rest, Languages { wire: Cow::Borrowed(wire) }))
}

impl Parameters<'_> {
    /// These parameters.
    #[must_use]
    pub fn new<'x>(
        parameters: impl IntoIterator<Item = (IString<'x>, IString<'x>)>,
    ) -> Parameters<'static> {
        let mut wire = Vec::new();
        let mut len = 0_u32;
        let mode = Mode::SERVER.with(Mode::UTF8).bits();
        let mut out = Encoder::new(&mut wire).with_mode(mode);
        out.separated(b' ', parameters, |out, (name, value)| {
            out.put(&name).sp().put(&value);
            len = len.saturating_add(1);
        });
        Parameters { wire: Cow::Owned(wire), len }
    }

    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len as usize
    }

    /// True for NIL.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Names and values, in their order.
    pub fn iter(&self) -> impl Iterator<Item = (IString<'_>, IString<'_>)> {
        let mut strings = strings(&self.wire);
        core::iter::from_fn(move || {
            let (name, value) = (strings.next()?, strings.next()?);
            Some((name?, value.unwrap_or(IString::checked(b""))))
        })
    }

    /// The value of the first parameter of this name, in any case.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<IString<'_>> {
        let same = |text: &IString<'_>| text.as_bytes().eq_ignore_ascii_case(name.as_bytes());
        self.iter().find_map(|(name, value)| same(&name).then_some(value))
    }

    pub(super) fn encode(&self, out: &mut Encoder<'_>) {
        if self.is_empty() {
            out.keyword("NIL");
            return;
        }
        out.byte(b'(').separated(b' ', self.iter(), |out, (name, value)| {
            out.put(&name).sp().put(&value);
        });
        out.byte(b')');
    }
}

/// Strings and NILs with spaces between, which were checked.
fn strings(mut rest: &[u8]) -> impl Iterator<Item = Option<IString<'_>>> {
    core::iter::from_fn(move || {
        let at = rest.iter().position(|octet| *octet != b' ')?;
        let string;
        (rest, string) = nstring(rest.get(at..)?, &trusted(), "string").ok()?;
        Some(string)
    })
}

impl Languages<'_> {
    /// These languages; NIL for none, and a list for several.
    #[must_use]
    pub fn new<'x>(languages: impl IntoIterator<Item = IString<'x>>) -> Languages<'static> {
        let languages: Vec<_> = languages.into_iter().collect();
        let mut wire = Vec::new();
        let mode = Mode::SERVER.with(Mode::UTF8).bits();
        let mut out = Encoder::new(&mut wire).with_mode(mode);
        match languages.as_slice() {
            [] => {}
            [one] => one.encode(&mut out),
            more => {
                out.byte(b'(').separated(b' ', more, |out, language| language.encode(out));
                out.byte(b')');
            }
        }
        Languages { wire: Cow::Owned(wire) }
    }

    /// The languages, in their order.
    pub fn iter(&self) -> impl Iterator<Item = IString<'_>> {
        let list = self.wire.strip_prefix(b"(").and_then(|list| list.strip_suffix(b")"));
        strings(list.unwrap_or(&self.wire)).flatten()
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        let mut languages = self.iter();
        match languages.next() {
            None => {
                out.keyword("NIL");
            }
            Some(one) if self.wire.first() == Some(&b'(') => {
                out.byte(b'(').put(&one);
                languages.for_each(|language| {
                    out.sp().put(&language);
                });
                out.byte(b')');
            }
            Some(one) => one.encode(out),
        }
    }
}

impl<'a> Extension<'a> {
    fn empty(multipart: bool) -> Self {
        Self {
            first: if multipart {
                First::Parameters(Parameters::default())
            } else {
                First::Md5(None)
            },
            disposition: None,
            languages: Languages::default(),
            location: None,
            other: None,
            len: 0,
        }
    }

    /// Extension data of a part that is no multipart, with the field Content-MD5.
    #[must_use]
    pub fn single(md5: Option<IString<'a>>) -> Self {
        Self { first: First::Md5(md5), len: 4, ..Self::empty(false) }
    }

    /// Extension data of a multipart, with the parameters of its media type.
    #[must_use]
    pub fn multipart(parameters: Parameters<'a>) -> Self {
        Self { first: First::Parameters(parameters), len: 4, ..Self::empty(true) }
    }

    /// The field Content-MD5 of a part that is no multipart.
    #[must_use]
    pub const fn md5(&self) -> Option<&IString<'a>> {
        match &self.first {
            First::Md5(Some(md5)) => Some(md5),
            _ => None,
        }
    }

    /// The parameters of the media type of a multipart.
    #[must_use]
    pub const fn parameters(&self) -> Option<&Parameters<'a>> {
        match &self.first {
            First::Parameters(parameters) => Some(parameters),
            First::Md5(_) => None,
        }
    }

    /// Makes extension data of a multipart those of another part, and gives the parameters.
    pub(super) fn take_parameters(&mut self) -> Parameters<'a> {
        match core::mem::replace(&mut self.first, First::Md5(None)) {
            First::Parameters(parameters) => parameters,
            First::Md5(_) => Parameters::default(),
        }
    }

    pub(super) fn encode(&self, out: &mut Encoder<'_>) {
        // A field that has a value is written, and so are those before it.
        let set = [
            self.disposition.is_some(),
            self.languages.iter().next().is_some(),
            self.location.is_some() || self.other.is_some(),
        ];
        let needed = (2..).zip(set).filter(|(_, set)| *set).map(|(len, _)| len).max();
        let len = self.len.max(needed.unwrap_or(1));
        out.sp();
        match &self.first {
            First::Md5(md5) => write_nstring(out, md5.as_ref()),
            First::Parameters(parameters) => parameters.encode(out),
        }
        if len > 1 {
            out.sp();
            match &self.disposition {
                None => {
                    out.keyword("NIL");
                }
                Some(disposition) => {
                    out.byte(b'(').put(&disposition.kind).sp();
                    disposition.parameters.encode(out);
                    out.byte(b')');
                }
            }
        }
        if len > 2 {
            out.sp();
            self.languages.encode(out);
        }
        if len > 3 {
            out.sp();
            write_nstring(out, self.location.as_ref());
        }
        if let Some(other) = &self.other {
            out.sp().put(other);
        }
    }
}

/// Equal when names and values are, however they are written.
impl PartialEq for Parameters<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && (self.wire == other.wire || self.iter().eq(other.iter()))
    }
}

impl Eq for Parameters<'_> {}

impl PartialEq for Languages<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Languages<'_> {}

impl fmt::Debug for Parameters<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl fmt::Debug for Languages<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
