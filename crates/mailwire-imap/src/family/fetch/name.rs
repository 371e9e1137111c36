//! The names of data items.

use mailwire_core::token::ByteSet;
use mailwire_core::wire_enum;

use crate::extension::{Extension, Need};

/// Octets of a name: `ATOM-CHAR` but the brackets that begin a section or a range.
pub(super) static NAME: ByteSet = ByteSet::range(0x21, 0x7e).without(b"(){%*\"\\][<");

wire_enum! {
    /// The data items of messages that are known here, by name.
    #[non_exhaustive]
    pub enum FetchName: "fetch-att" in NAME {
        /// UID
        Uid = "UID",
        /// FLAGS
        Flags = "FLAGS",
        /// MODSEQ
        ModSeq = "MODSEQ",
        /// ENVELOPE
        Envelope = "ENVELOPE",
        /// BODY, and BODY with a section
        Body = "BODY",
        /// BODY.PEEK with a section; in commands
        BodyPeek = "BODY.PEEK",
        /// BODYSTRUCTURE
        BodyStructure = "BODYSTRUCTURE",
        /// INTERNALDATE
        InternalDate = "INTERNALDATE",
        /// RFC822
        Rfc822 = "RFC822",
        /// RFC822.HEADER
        Rfc822Header = "RFC822.HEADER",
        /// RFC822.SIZE
        Size = "RFC822.SIZE",
        /// RFC822.TEXT
        Rfc822Text = "RFC822.TEXT",
        /// BINARY with a section
        Binary = "BINARY",
        /// BINARY.PEEK with a section; in commands
        BinaryPeek = "BINARY.PEEK",
        /// BINARY.SIZE with a section
        BinarySize = "BINARY.SIZE",
        /// EMAILID
        EmailId = "EMAILID",
        /// THREADID
        ThreadId = "THREADID",
        /// PREVIEW
        Preview = "PREVIEW",
        /// SNIPPET
        Snippet = "SNIPPET",
        /// SAVEDATE
        SaveDate = "SAVEDATE",
        /// ANNOTATION
        Annotation = "ANNOTATION",
        /// X-GM-MSGID
        GmailMessageId = "X-GM-MSGID",
        /// X-GM-THRID
        GmailThreadId = "X-GM-THRID",
        /// X-GM-LABELS
        GmailLabels = "X-GM-LABELS",
        /// DIGEST.SHA1
        DigestSha1 = "DIGEST.SHA1",
        /// CID
        ConversationId = "CID",
        /// CREATEDMODSEQ
        CreatedModSeq = "CREATEDMODSEQ",
    }
}

impl FetchName {
    /// What a server has to offer to be asked for the item.
    #[must_use]
    pub const fn need(self) -> Option<Need> {
        use Extension as E;
        Some(match self {
            Self::Uid
            | Self::Flags
            | Self::Envelope
            | Self::Body
            | Self::BodyPeek
            | Self::BodyStructure
            | Self::InternalDate
            | Self::Rfc822
            | Self::Rfc822Header
            | Self::Size
            | Self::Rfc822Text => return None,
            Self::ModSeq => Need::CONDSTORE,
            // RFC 9051 appendix E: IMAP4rev2 has this side of the extension.
            Self::Binary | Self::BinaryPeek | Self::BinarySize => {
                Need::Offered(E::Binary, &[E::Imap4Rev2])
            }
            Self::EmailId | Self::ThreadId => Need::of(E::ObjectId),
            Self::Preview => Need::Offered(E::Preview, &[E::PreviewFuzzy]),
            Self::Snippet => Need::of(E::SnippetFuzzy),
            Self::SaveDate => Need::of(E::SaveDate),
            Self::Annotation => Need::of(E::AnnotateExperiment1),
            Self::GmailMessageId | Self::GmailThreadId | Self::GmailLabels => Need::of(E::XGmExt1),
            Self::DigestSha1 => Need::of(E::DigestSha1),
            Self::ConversationId => Need::of(E::XConversations),
            Self::CreatedModSeq => Need::of(E::XCreatedModSeq),
        })
    }
}

/// A name that may have a section in brackets and a range behind it, and the rest. It is not empty.
pub(super) fn extended_name(input: &[u8]) -> Option<(&[u8], &[u8])> {
    let (word, mut rest) = NAME.split(input);
    if word.is_empty() {
        return None;
    }
    for (open, close) in [(b'[', b']'), (b'<', b'>')] {
        if let Some(inside) = rest.strip_prefix(&[open]) {
            let end = inside.iter().position(|octet| *octet == close || !is_inside(*octet))?;
            rest = inside.get(end..)?.strip_prefix(&[close])?;
        }
    }
    Some(input.split_at(input.len() - rest.len()))
}

/// What may stand in the brackets of an item that is not known here.
const fn is_inside(octet: u8) -> bool {
    matches!(octet, b' '..=b'~') && !matches!(octet, b'"' | b'{' | b'[' | b'<')
}
