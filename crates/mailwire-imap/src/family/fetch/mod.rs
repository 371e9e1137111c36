//! To be written.

use crate::family::pending;

pending! {
    Fetch
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchData<'a> {
    /// The message.
    pub message: crate::element::number::NzNumber,
    items: crate::element::raw::RawData<'a>,
}
mailwire_core::into_owned!(struct FetchData { message, items });
impl<'a> FetchData<'a> {
    pub(crate) fn parse_items(
        message: crate::element::number::NzNumber,
        input: &'a [u8],
        cx: &mailwire_core::parse::Context,
    ) -> mailwire_core::parse::PResult<'a, Self> {
        use mailwire_core::parse::Wire;
        crate::element::raw::RawData::parse_part(input, cx)
            .map(|(rest, items)| (rest, Self { message, items }))
    }
    pub(crate) fn encode_as(&self, name: &str, out: &mut mailwire_core::Encoder<'_>) {
        out.put(&self.message).sp().keyword(name).sp().put(&self.items);
    }
}
