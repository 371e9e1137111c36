//! Octets of a body with what they are known not to hold, so that it is looked for once.

use core::ops::Deref;

use bytes::Bytes;

use super::findings::Findings;
use super::scan::Seen;

/// A piece of a body, with the [`Findings`] that it is known to lack.
///
/// [`DotEncoder`](super::DotEncoder) looks at each octet for what must not be sent. A relay has
/// done so when the message came in, and a store when it was put there: what they keep of it spares
/// the second look. The knowledge cannot be claimed, only gained: from [`inspect`](Self::inspect)
/// or from a [`Dotted`](super::Dotted). It belongs to the octets, which cannot be exchanged.
///
/// `BARE_CR` and `BARE_LF` are lacking when each CR of the piece is before an LF and each LF behind
/// a CR. The LF at its start and the CR at its end are left out, for their partners are in the
/// pieces beside it: whoever joins pieces has to look at the seam, as the encoder does. `LONG_LINE`
/// is a matter of the whole body and never known.
///
/// # Example
/// ```
/// use mailwire_core::body::{Findings, Inspected};
/// let piece = Inspected::inspect(b"\nhi\r\n.\r", Findings::BARE | Findings::NUL);
/// assert_eq!(piece.lacks(), Findings::BARE | Findings::NUL);
/// assert_eq!(Inspected::inspect(b"hi\n.\r\n", Findings::BARE).lacks(), Findings::NONE);
/// assert_eq!(Inspected::from(&b"hi\r\n"[..]).lacks(), Findings::NONE);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inspected<'a> {
    octets: &'a [u8],
    lacks: Findings,
}

impl<'a> Inspected<'a> {
    /// Looks for the given findings in a piece of a body.
    #[must_use]
    pub fn inspect(octets: &'a [u8], look_for: Findings) -> Self {
        Self::from(octets).look_for(look_for)
    }

    /// Looks for more findings, for those alone that it is not known to lack.
    #[must_use]
    pub fn look_for(self, look_for: Findings) -> Self {
        let more = lacks(self.octets, look_for.difference(self.lacks));
        Self { lacks: self.lacks.union(more), ..self }
    }

    /// A piece that somebody looked at. For those who did.
    pub(super) const fn known(octets: &'a [u8], lacks: Findings) -> Self {
        Self { octets, lacks: lacks.intersection(Findings::OF_PIECES) }
    }

    /// The octets.
    #[must_use]
    pub const fn octets(self) -> &'a [u8] {
        self.octets
    }

    /// What was looked for and is not there.
    #[must_use]
    pub const fn lacks(self) -> Findings {
        self.lacks
    }

    /// The first `len` octets, or all: a part of a piece lacks what the piece lacks.
    #[must_use]
    pub fn first(self, len: usize) -> Self {
        Self { octets: self.octets.get(..len).unwrap_or(self.octets), ..self }
    }

    /// The same, to keep: the octets are copied, the knowledge is not lost.
    #[must_use]
    pub fn to_bytes(self) -> InspectedBytes {
        InspectedBytes { octets: Bytes::copy_from_slice(self.octets), lacks: self.lacks }
    }
}

/// Nothing is known of the octets.
impl<'a> From<&'a [u8]> for Inspected<'a> {
    fn from(octets: &'a [u8]) -> Self {
        Self { octets, lacks: Findings::NONE }
    }
}

impl Deref for Inspected<'_> {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        self.octets
    }
}

impl AsRef<[u8]> for Inspected<'_> {
    fn as_ref(&self) -> &[u8] {
        self.octets
    }
}

/// An [`Inspected`] piece of a body that owns its octets.
///
/// # Example
/// ```
/// use bytes::Bytes;
/// use mailwire_core::body::{Findings, InspectedBytes};
/// let piece = InspectedBytes::inspect(Bytes::from_static(b"hi\r\n"), Findings::ALL);
/// assert_eq!(piece.as_inspected().lacks(), Findings::ALL.difference(Findings::LONG_LINE));
/// assert_eq!(piece.into_bytes(), "hi\r\n");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InspectedBytes {
    octets: Bytes,
    lacks: Findings,
}

impl InspectedBytes {
    /// Looks for the given findings in a piece of a body.
    #[must_use]
    pub fn inspect(octets: Bytes, look_for: Findings) -> Self {
        Self { lacks: lacks(&octets, look_for), octets }
    }

    /// The piece, borrowed.
    #[must_use]
    pub fn as_inspected(&self) -> Inspected<'_> {
        Inspected { octets: &self.octets, lacks: self.lacks }
    }

    /// The octets, without what is known of them.
    #[must_use]
    pub fn into_bytes(self) -> Bytes {
        self.octets
    }
}

impl Deref for InspectedBytes {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        &self.octets
    }
}

/// Nothing is known of the octets.
impl From<Bytes> for InspectedBytes {
    fn from(octets: Bytes) -> Self {
        Self { octets, lacks: Findings::NONE }
    }
}

fn lacks(octets: &[u8], look_for: Findings) -> Findings {
    let asked = look_for.intersection(Findings::OF_PIECES);
    let seen = if !asked.intersects(Findings::BARE) {
        Seen::octets(octets, asked)
    } else if asked.intersects(Findings::OCTETS) {
        Seen::all::<true>(octets).0
    } else {
        Seen::all::<false>(octets).0
    };
    let found = [
        (seen.bare, Findings::BARE),
        (seen.nul, Findings::NUL),
        (seen.eight_bit, Findings::EIGHT_BIT),
    ];
    let found = found.into_iter().filter(|(there, _)| *there);
    asked.difference(found.fold(Findings::NONE, |all, (_, one)| all.union(one)))
}
