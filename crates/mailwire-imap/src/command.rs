//! Commands: the enum, the table of names, and the envelope of tag and line end.

use alloc::boxed::Box;

use mailwire_core::encoder::Encoder;
use mailwire_core::parse::{Context, PResult, Wire, commit, cut, fail};
use mailwire_core::{InvalidValue, into_owned, wire_api};

use crate::Mode;
use crate::dispatch::dispatch;
use crate::element::literal::is_cut;
use crate::element::mailbox::Mailbox;
use crate::element::raw::RawData;
use crate::element::sequence::SequenceSet;
use crate::element::string::{AString, Atom};
use crate::element::tag::Tag;
use crate::extension::Extension;
use crate::family;
use crate::state::Legal;
use crate::token::{ATOM_CHAR, line_end, sp};
use crate::tolerance::Deviation;

dispatch! {
    /// What a client asks for: the name of a command and its arguments, without tag and line end.
    ///
    /// RFC 9051 section 6, RFC 3501 section 6; each command's RFC is in the table [`COMMANDS`]. A command
    /// on the wire is a [`TaggedCommand`].
    ///
    /// # Grammar
    /// ```abnf
    /// command-any / command-auth / command-nonauth / command-select
    /// ```
    /// Names are matched without regard to case.
    ///
    /// # Wire
    /// ```text
    /// C: A1 SELECT INBOX
    /// ```
    ///
    /// # Limits
    /// Those of the line and of its literals, see [`Limits`](crate::Limits).
    ///
    /// # Errors
    /// `command-name`, `SP`, and the rules of the arguments.
    ///
    /// # Example
    /// ```
    /// use mailwire_imap::Command;
    ///
    /// let command = Command::parse(b"select inbox")?;
    /// assert!(matches!(&command, Command::Select(select) if select.mailbox.is_inbox()));
    /// assert_eq!(command.to_bytes(), b"SELECT inbox");
    /// # Ok::<(), mailwire_imap::SyntaxError>(())
    /// ```
    pub enum Command<'a> {
        /// Asks for the capabilities.
        Capability = "CAPABILITY",
        /// Nothing; a server uses it to tell what is new.
        Noop = "NOOP",
        /// Ends the session.
        Logout = "LOGOUT",
        /// Tells who the client is.
        Id(family::id::Id<'a>) = "ID",
        /// Chooses the language of texts, or asks for those that there are.
        Language[family::language::LanguageRanges<'a>] = "LANGUAGE",
        /// Goes over to TLS.
        StartTls = "STARTTLS",
        /// Begins a SASL exchange.
        Authenticate(family::auth::Authenticate<'a>) = "AUTHENTICATE",
        /// Logs in with a name and a password.
        Login(family::auth::Login<'a>) = "LOGIN",
        /// Switches extensions on.
        Enable[family::enable::Enable<'a>] = "ENABLE",
        /// Opens a mailbox.
        Select(family::select::Select<'a>) = "SELECT",
        /// Opens a mailbox to read only.
        Examine(family::select::Select<'a>) = "EXAMINE",
        /// Makes a mailbox.
        Create(family::mailbox::Create<'a>) = "CREATE",
        /// Removes a mailbox.
        Delete(Mailbox<'a>) = "DELETE",
        /// Gives a mailbox another name.
        Rename(family::mailbox::Rename<'a>) = "RENAME",
        /// Adds a mailbox to the subscribed ones.
        Subscribe(Mailbox<'a>) = "SUBSCRIBE",
        /// Takes a mailbox from the subscribed ones.
        Unsubscribe(Mailbox<'a>) = "UNSUBSCRIBE",
        /// Lists mailboxes.
        List(family::list::List<'a>) = "LIST",
        /// Lists subscribed mailboxes.
        Lsub(family::list::Lsub<'a>) = "LSUB",
        /// Lists mailboxes with their special use, before SPECIAL-USE.
        Xlist(family::list::Lsub<'a>) = "XLIST",
        /// Lists mailboxes, those on other servers included.
        Rlist(family::list::Lsub<'a>) = "RLIST",
        /// Lists subscribed mailboxes, those on other servers included.
        Rlsub(family::list::Lsub<'a>) = "RLSUB",
        /// Asks for the prefixes of mailbox names.
        Namespace = "NAMESPACE",
        /// Asks for facts about a mailbox without opening it.
        Status(family::status::Status<'a>) = "STATUS",
        /// Adds messages to a mailbox.
        Append(Box<family::append::Append<'a>>) = "APPEND",
        /// Waits for what is new.
        Idle = "IDLE",
        /// Begins compression.
        Compress(Atom<'a>) = "COMPRESS",
        /// Goes back to the state before authentication.
        Unauthenticate = "UNAUTHENTICATE",
        /// Changes the rights that an identifier has on a mailbox.
        SetAcl(family::acl::SetAcl<'a>) = "SETACL",
        /// Removes an identifier from the access control list.
        DeleteAcl(family::acl::DeleteAcl<'a>) = "DELETEACL",
        /// Asks for the access control list.
        GetAcl(Mailbox<'a>) = "GETACL",
        /// Asks which rights can be given to an identifier.
        ListRights(family::acl::ListRights<'a>) = "LISTRIGHTS",
        /// Asks for the client's own rights.
        MyRights(Mailbox<'a>) = "MYRIGHTS",
        /// Asks for the usage and the limits of a quota root.
        GetQuota(AString<'a>) = "GETQUOTA",
        /// Asks for the quota roots of a mailbox.
        GetQuotaRoot(Mailbox<'a>) = "GETQUOTAROOT",
        /// Changes the limits of a quota root.
        SetQuota(family::quota::SetQuota<'a>) = "SETQUOTA",
        /// Asks for annotations of a mailbox or of the server.
        GetMetadata(family::metadata::GetMetadata<'a>) = "GETMETADATA",
        /// Changes annotations of a mailbox or of the server.
        SetMetadata(family::metadata::SetMetadata<'a>) = "SETMETADATA",
        /// Asks for annotations, before METADATA.
        GetAnnotation(family::annotatemore::GetAnnotation<'a>) = "GETANNOTATION",
        /// Changes annotations, before METADATA.
        SetAnnotation(family::annotatemore::SetAnnotation<'a>) = "SETANNOTATION",
        /// Chooses a collation, or asks for the active one.
        Comparator[family::language::Comparators<'a>] = "COMPARATOR",
        /// Chooses what the server tells without being asked.
        Notify(family::notify::Notify<'a>) = "NOTIFY",
        /// Searches in several mailboxes.
        Esearch[Box<family::search::Esearch<'a>>] = "ESEARCH",
        /// Asks which conversions there are.
        Conversions(family::convert::Conversions<'a>) = "CONVERSIONS",
        /// Makes URLs that authorise to read a message.
        GenUrlAuth(family::urlauth::GenUrlAuth<'a>) = "GENURLAUTH",
        /// Makes such URLs void.
        ResetKey[family::urlauth::ResetKey<'a>] = "RESETKEY",
        /// Reads what such URLs point at.
        UrlFetch(family::urlauth::UrlFetch<'a>) = "URLFETCH",
        /// Asks where the JMAP server is.
        GetJmapAccess = "GETJMAPACCESS",
        /// Registers a device for push messages.
        XApplePushService[family::push::Push<'a>] = "XAPPLEPUSHSERVICE",
        /// Asks for a checkpoint.
        Check = "CHECK",
        /// Removes what is marked as deleted, and closes the mailbox.
        Close = "CLOSE",
        /// Closes the mailbox.
        Unselect = "UNSELECT",
        /// Removes what is marked as deleted.
        Expunge = "EXPUNGE",
        /// Looks for messages.
        Search[family::search::Search<'a>] = "SEARCH",
        /// Reads messages.
        Fetch(family::fetch::Fetch<'a>) = "FETCH",
        /// Changes flags and labels.
        Store(family::store::Store<'a>) = "STORE",
        /// Copies messages.
        Copy(family::copy::Copy<'a>) = "COPY",
        /// Moves messages.
        Move(family::copy::Copy<'a>) = "MOVE",
        /// Looks for messages, and gives them in order.
        Sort[Box<family::sort::Sort<'a>>] = "SORT",
        /// Looks for messages, and gives them in threads.
        Thread(family::thread::Thread<'a>) = "THREAD",
        /// Adds a message in place of another.
        Replace(Box<family::append::Replace<'a>>) = "REPLACE",
        /// Reads messages in another form.
        Convert(Box<family::convert::Convert<'a>>) = "CONVERT",
        /// Ends the updates of searches.
        CancelUpdate(family::search::CancelUpdate<'a>) = "CANCELUPDATE",
        /// Asks for ranges of UIDs of a size.
        UidBatches(family::uid_batches::UidBatches) = "UIDBATCHES",
        /// [`Expunge`](Self::Expunge) of what is also in a set of UIDs.
        UidExpunge(SequenceSet<'a>) = "UID EXPUNGE",
        /// [`Search`](Self::Search), answered with UIDs.
        UidSearch[family::search::Search<'a>] = "UID SEARCH",
        /// [`Fetch`](Self::Fetch) by UID.
        UidFetch(family::fetch::Fetch<'a>) = "UID FETCH",
        /// [`Store`](Self::Store) by UID.
        UidStore(family::store::Store<'a>) = "UID STORE",
        /// [`Copy`](Self::Copy) by UID.
        UidCopy(family::copy::Copy<'a>) = "UID COPY",
        /// [`Move`](Self::Move) by UID.
        UidMove(family::copy::Copy<'a>) = "UID MOVE",
        /// [`Sort`](Self::Sort), answered with UIDs.
        UidSort[Box<family::sort::Sort<'a>>] = "UID SORT",
        /// [`Thread`](Self::Thread), answered with UIDs.
        UidThread(family::thread::Thread<'a>) = "UID THREAD",
        /// [`Replace`](Self::Replace) by UID.
        UidReplace(Box<family::append::Replace<'a>>) = "UID REPLACE",
        /// [`Convert`](Self::Convert) by UID.
        UidConvert(Box<family::convert::Convert<'a>>) = "UID CONVERT",
    }
    others {
        /// A command that is not known here, kept as data.
        Other(OtherCommand<'a>),
    }
    /// The commands that are known here, by name.
    pub enum Verb: "command-name" in ATOM_CHAR;
}

/// A command that is not known here: its name, and its arguments as they came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherCommand<'a> {
    name: Atom<'a>,
    arguments: Option<RawData<'a>>,
}

/// A command as it stands on the wire: with its tag, and its line end.
///
/// RFC 9051 section 2.2.1. A literal stands in it behind its header, as the framer gives it.
///
/// # Grammar
/// ```abnf
/// command = tag SP (command-any / command-auth / command-nonauth / command-select) CRLF
/// ```
/// Deviations: [`BareLfLine`](Deviation::BareLfLine), [`TrailingSpace`](Deviation::TrailingSpace),
/// [`ExtraSpaces`](Deviation::ExtraSpaces), and those of the arguments.
///
/// # Wire
/// ```text
/// C: A1 LOGIN mrose secret
/// ```
///
/// # Limits
/// Those of the line and of its literals, see [`Limits`](crate::Limits). Lists and search keys are
/// nested up to 32 deep.
///
/// # Errors
/// `tag`, `SP`, `CRLF`, and those of [`Command`].
///
/// # Example
/// ```
/// use mailwire_imap::{Command, TaggedCommand};
///
/// let command = TaggedCommand::parse(b"A1 noop\r\n")?;
/// assert_eq!(command.tag.as_str(), "A1");
/// assert_eq!(command.command, Command::Noop);
/// assert_eq!(command.to_bytes(), b"A1 NOOP\r\n");
/// # Ok::<(), mailwire_imap::SyntaxError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaggedCommand<'a> {
    /// The tag, which the answer repeats.
    pub tag: Tag<'a>,
    /// What is asked for.
    pub command: Command<'a>,
}

wire_api!(Deviation, Mode: Command, OtherCommand, TaggedCommand);
into_owned!(struct OtherCommand { name, arguments });
into_owned!(struct TaggedCommand { tag, command });

/// What is known of a command: where it is legal, who defines it, and which file holds its grammar.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct CommandRow {
    /// The command.
    pub verb: Verb,
    /// The states in which it is legal.
    pub legal: Legal,
    /// The capability that a server must offer; `None` for the base protocol. Some of these are part of
    /// IMAP4rev2, and some have others beside them: [`Verb::need`].
    pub extension: Option<Extension>,
    /// The RFC and its section.
    pub rfc: &'static str,
    /// The file, below `src`.
    pub file: &'static str,
}

const fn row(
    verb: Verb,
    legal: Legal,
    extension: Option<Extension>,
    rfc: &'static str,
    file: &'static str,
) -> CommandRow {
    CommandRow { verb, legal, extension, rfc, file }
}

/// The commands, in the order of [`Verb`].
pub static COMMANDS: [CommandRow; Verb::ALL.len()] = {
    use Extension::*;
    use Legal::{Any, Authenticated, NotAuthenticated, Selected};
    use Verb as V;
    [
        row(V::Capability, Any, None, "RFC 9051 section 6.1.1", "family/capability.rs"),
        row(V::Noop, Any, None, "RFC 9051 section 6.1.2", "family/session.rs"),
        row(V::Logout, Any, None, "RFC 9051 section 6.1.3", "family/session.rs"),
        row(V::Id, Any, Some(Id), "RFC 2971 section 3.1", "family/id.rs"),
        row(V::Language, Any, Some(Language), "RFC 5255 section 3.3", "family/language.rs"),
        row(
            V::StartTls,
            NotAuthenticated,
            Some(StartTls),
            "RFC 9051 section 6.2.1",
            "family/starttls.rs",
        ),
        row(
            V::Authenticate,
            NotAuthenticated,
            Some(Auth),
            "RFC 9051 section 6.2.2",
            "family/auth.rs",
        ),
        row(V::Login, NotAuthenticated, None, "RFC 9051 section 6.2.3", "family/auth.rs"),
        row(V::Enable, Authenticated, Some(Enable), "RFC 9051 section 6.3.1", "family/enable.rs"),
        row(V::Select, Authenticated, None, "RFC 9051 section 6.3.2", "family/select.rs"),
        row(V::Examine, Authenticated, None, "RFC 9051 section 6.3.3", "family/select.rs"),
        row(V::Create, Authenticated, None, "RFC 9051 section 6.3.4", "family/mailbox.rs"),
        row(V::Delete, Authenticated, None, "RFC 9051 section 6.3.5", "family/mailbox.rs"),
        row(V::Rename, Authenticated, None, "RFC 9051 section 6.3.6", "family/mailbox.rs"),
        row(V::Subscribe, Authenticated, None, "RFC 9051 section 6.3.7", "family/mailbox.rs"),
        row(V::Unsubscribe, Authenticated, None, "RFC 9051 section 6.3.8", "family/mailbox.rs"),
        row(V::List, Authenticated, None, "RFC 9051 section 6.3.9", "family/list/mod.rs"),
        row(V::Lsub, Authenticated, None, "RFC 3501 section 6.3.9", "family/list/mod.rs"),
        row(V::Xlist, Authenticated, Some(XList), "Gmail", "family/list/mod.rs"),
        row(
            V::Rlist,
            Authenticated,
            Some(MailboxReferrals),
            "RFC 2193 section 4.1",
            "family/list/mod.rs",
        ),
        row(
            V::Rlsub,
            Authenticated,
            Some(MailboxReferrals),
            "RFC 2193 section 4.2",
            "family/list/mod.rs",
        ),
        row(
            V::Namespace,
            Authenticated,
            Some(Namespace),
            "RFC 9051 section 6.3.10",
            "family/namespace.rs",
        ),
        row(V::Status, Authenticated, None, "RFC 9051 section 6.3.11", "family/status.rs"),
        row(V::Append, Authenticated, None, "RFC 9051 section 6.3.12", "family/append.rs"),
        row(V::Idle, Authenticated, Some(Idle), "RFC 9051 section 6.3.13", "family/idle.rs"),
        row(
            V::Compress,
            Authenticated,
            Some(CompressDeflate),
            "RFC 4978 section 3",
            "family/compress.rs",
        ),
        row(
            V::Unauthenticate,
            Authenticated,
            Some(Unauthenticate),
            "RFC 8437 section 2",
            "family/session.rs",
        ),
        row(V::SetAcl, Authenticated, Some(Acl), "RFC 4314 section 3.1", "family/acl/mod.rs"),
        row(V::DeleteAcl, Authenticated, Some(Acl), "RFC 4314 section 3.2", "family/acl/mod.rs"),
        row(V::GetAcl, Authenticated, Some(Acl), "RFC 4314 section 3.3", "family/acl/mod.rs"),
        row(V::ListRights, Authenticated, Some(Acl), "RFC 4314 section 3.4", "family/acl/mod.rs"),
        row(V::MyRights, Authenticated, Some(Acl), "RFC 4314 section 3.5", "family/acl/mod.rs"),
        row(V::GetQuota, Authenticated, Some(Quota), "RFC 9208 section 4.1.1", "family/quota.rs"),
        row(
            V::GetQuotaRoot,
            Authenticated,
            Some(Quota),
            "RFC 9208 section 4.1.2",
            "family/quota.rs",
        ),
        row(
            V::SetQuota,
            Authenticated,
            Some(QuotaSet),
            "RFC 9208 section 4.1.3",
            "family/quota.rs",
        ),
        row(
            V::GetMetadata,
            Authenticated,
            Some(Metadata),
            "RFC 5464 section 4.2",
            "family/metadata/mod.rs",
        ),
        row(
            V::SetMetadata,
            Authenticated,
            Some(Metadata),
            "RFC 5464 section 4.3",
            "family/metadata/mod.rs",
        ),
        row(
            V::GetAnnotation,
            Authenticated,
            Some(AnnotateMore),
            "draft-daboo-imap-annotatemore",
            "family/annotatemore.rs",
        ),
        row(
            V::SetAnnotation,
            Authenticated,
            Some(AnnotateMore),
            "draft-daboo-imap-annotatemore",
            "family/annotatemore.rs",
        ),
        row(
            V::Comparator,
            Authenticated,
            Some(I18nLevel2),
            "RFC 5255 section 4.7",
            "family/language.rs",
        ),
        row(V::Notify, Authenticated, Some(Notify), "RFC 5465 section 3", "family/notify.rs"),
        row(
            V::Esearch,
            Authenticated,
            Some(MultiSearch),
            "RFC 7377 section 2.1",
            "family/search/multi.rs",
        ),
        row(
            V::Conversions,
            Authenticated,
            Some(Convert),
            "RFC 5259 section 4",
            "family/convert.rs",
        ),
        row(V::GenUrlAuth, Authenticated, Some(UrlAuth), "RFC 4467 section 7", "family/urlauth.rs"),
        row(V::ResetKey, Authenticated, Some(UrlAuth), "RFC 4467 section 7", "family/urlauth.rs"),
        row(V::UrlFetch, Authenticated, Some(UrlAuth), "RFC 4467 section 7", "family/urlauth.rs"),
        row(V::GetJmapAccess, Authenticated, Some(JmapAccess), "RFC 9698", "family/jmap.rs"),
        row(
            V::XApplePushService,
            Authenticated,
            Some(XApplePushService),
            "Apple",
            "family/push.rs",
        ),
        row(V::Check, Selected, None, "RFC 3501 section 6.4.1", "family/session.rs"),
        row(V::Close, Selected, None, "RFC 9051 section 6.4.1", "family/select.rs"),
        row(V::Unselect, Selected, Some(Unselect), "RFC 9051 section 6.4.2", "family/select.rs"),
        row(V::Expunge, Selected, None, "RFC 9051 section 6.4.3", "family/expunge.rs"),
        row(V::Search, Selected, None, "RFC 9051 section 6.4.4", "family/search/command.rs"),
        row(V::Fetch, Selected, None, "RFC 9051 section 6.4.5", "family/fetch/mod.rs"),
        row(V::Store, Selected, None, "RFC 9051 section 6.4.6", "family/store.rs"),
        row(V::Copy, Selected, None, "RFC 9051 section 6.4.7", "family/copy.rs"),
        row(V::Move, Selected, Some(Move), "RFC 9051 section 6.4.8", "family/copy.rs"),
        row(V::Sort, Selected, Some(Sort), "RFC 5256 section 3", "family/sort.rs"),
        row(V::Thread, Selected, Some(ThreadReferences), "RFC 5256 section 3", "family/thread.rs"),
        row(V::Replace, Selected, Some(Replace), "RFC 8508 section 3", "family/append.rs"),
        row(V::Convert, Selected, Some(Convert), "RFC 5259 section 6", "family/convert.rs"),
        row(
            V::CancelUpdate,
            Selected,
            Some(ContextSearch),
            "RFC 5267 section 4.3",
            "family/search/context.rs",
        ),
        row(V::UidBatches, Selected, Some(UidBatches), "RFC 10022", "family/uid_batches.rs"),
        row(V::UidExpunge, Selected, Some(UidPlus), "RFC 9051 section 6.4.9", "family/expunge.rs"),
        row(V::UidSearch, Selected, None, "RFC 9051 section 6.4.9", "family/search/command.rs"),
        row(V::UidFetch, Selected, None, "RFC 9051 section 6.4.9", "family/fetch/mod.rs"),
        row(V::UidStore, Selected, None, "RFC 9051 section 6.4.9", "family/store.rs"),
        row(V::UidCopy, Selected, None, "RFC 9051 section 6.4.9", "family/copy.rs"),
        row(V::UidMove, Selected, Some(Move), "RFC 9051 section 6.4.9", "family/copy.rs"),
        row(V::UidSort, Selected, Some(Sort), "RFC 5256 section 3", "family/sort.rs"),
        row(
            V::UidThread,
            Selected,
            Some(ThreadReferences),
            "RFC 5256 section 3",
            "family/thread.rs",
        ),
        row(V::UidReplace, Selected, Some(Replace), "RFC 8508 section 3", "family/append.rs"),
        row(V::UidConvert, Selected, Some(Convert), "RFC 5259 section 6", "family/convert.rs"),
    ]
};

impl Verb {
    /// What is known of the command.
    #[must_use]
    pub fn row(self) -> &'static CommandRow {
        // The table is in the order of the enum; a test compares the two.
        &COMMANDS[self as usize]
    }

    /// The same command with `UID` before it, where there is one.
    const fn by_uid(self) -> Option<Self> {
        Some(match self {
            Self::Expunge => Self::UidExpunge,
            Self::Search => Self::UidSearch,
            Self::Fetch => Self::UidFetch,
            Self::Store => Self::UidStore,
            Self::Copy => Self::UidCopy,
            Self::Move => Self::UidMove,
            Self::Sort => Self::UidSort,
            Self::Thread => Self::UidThread,
            Self::Replace => Self::UidReplace,
            Self::Convert => Self::UidConvert,
            _ => return None,
        })
    }
}

impl<'a> OtherCommand<'a> {
    /// A command from what stands between the tag and the line end.
    ///
    /// # Errors
    /// [`InvalidValue`] where the name is known here, or the octets would not be read as one command.
    pub fn new(octets: &'a [u8]) -> Result<Self, InvalidValue> {
        match Command::parse_with(octets, crate::Tolerance::strict()) {
            Ok((Command::Other(other), _)) => Ok(other),
            Ok(_) => Err(InvalidValue { what: "command-name", at: 0 }),
            Err(error) => Err(InvalidValue { what: "command-name", at: error.at }),
        }
    }

    /// The name.
    #[must_use]
    pub const fn name(&self) -> &Atom<'a> {
        &self.name
    }

    /// The values behind it.
    #[must_use]
    pub const fn arguments(&self) -> Option<&RawData<'a>> {
        self.arguments.as_ref()
    }
}

/// How deep the lists and search keys of a command may be nested.
const DEPTH: u16 = 32;

/// The name of a command, `UID` with the word behind it.
#[inline]
pub(crate) fn name(input: &[u8]) -> (&[u8], &[u8]) {
    let (word, rest) = ATOM_CHAR.split(input);
    if let ([b'U' | b'u', b'I' | b'i', b'D' | b'd'], [b' ', behind @ ..]) = (word, rest) {
        return input.split_at(4 + ATOM_CHAR.span(behind));
    }
    (word, rest)
}

/// The command at the beginning of `input` and what is behind its name, when a name that is known here
/// stands there.
#[cold]
fn long_name(input: &[u8]) -> Option<(&[u8], Verb)> {
    let (word, rest) = name(input);
    Verb::from_keyword(word).map(|verb| (rest, verb))
}

/// The same for names of up to seven letters, and for those behind `UID`: those of most commands. It is
/// `None` for others, be they known or not.
#[inline]
fn short_name(input: &[u8]) -> Option<(&[u8], Verb)> {
    let (rest, verb) = match input {
        [b'U' | b'u', b'I' | b'i', b'D' | b'd', b' ', behind @ ..] => {
            let (rest, verb) = Verb::leading(behind)?;
            (rest, verb.by_uid()?)
        }
        _ => Verb::leading(input)?,
    };
    // An atom can go on with other octets than a name.
    let ends = rest.first().is_none_or(|octet| !ATOM_CHAR.contains(*octet));
    ends.then_some((rest, verb))
}

impl<'a> Wire<'a> for Command<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        match short_name(input).or_else(|| long_name(input)) {
            Some((rest, verb)) => Self::parse_arguments(verb, rest, cx),
            None => {
                let (rest, other) = OtherCommand::parse_part(input, cx)?;
                Ok((rest, Self::Other(other)))
            }
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        match self {
            Self::Other(other) => other.encode(out),
            known => {
                out.keyword(known.name().map_or("", Verb::as_str));
                known.encode_arguments(out);
            }
        }
    }
}

impl<'a> Wire<'a> for OtherCommand<'a> {
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let Ok((rest, name)) = Atom::parse_part(input, cx) else {
            return Err(fail(input, "command-name"));
        };
        match rest {
            [b' ', behind @ ..] if !matches!(behind, [b' ' | b'\r' | b'\n', ..] | []) => {
                let (rest, arguments) = cut(RawData::parse_part(behind, cx))?;
                Ok((rest, Self { name, arguments: Some(arguments) }))
            }
            _ => Ok((rest, Self { name, arguments: None })),
        }
    }

    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.name);
        if let Some(arguments) = &self.arguments {
            out.sp().put(arguments);
        }
    }
}

impl<'a> Wire<'a> for TaggedCommand<'a> {
    #[inline]
    fn parse_part(input: &'a [u8], cx: &Context) -> PResult<'a, Self> {
        let (rest, tag) = Tag::parse_part(input, cx)?;
        let (rest, ()) = cut(sp(rest, cx))?;
        // A command is large: each step that has it in its hands would move it once more.
        match cx.limited(DEPTH, |cx| Command::parse_part(rest, cx)) {
            Ok((rest, command)) if is_cut(rest, cx) => Ok((rest, Self { tag, command })),
            Ok((rest, command)) => match line_end(rest, cx) {
                Ok((rest, ())) => Ok((rest, Self { tag, command })),
                Err(error) => Err(error),
            },
            Err(error) => Err(commit(error)),
        }
    }

    #[inline]
    fn encode(&self, out: &mut Encoder<'_>) {
        out.put(&self.tag).sp().put(&self.command).crlf();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::{check_lenient, check_rejects, check_rows};

    #[test]
    fn the_table_is_in_the_order_of_the_enum() {
        for (row, verb) in COMMANDS.iter().zip(Verb::ALL) {
            assert_eq!(row.verb, *verb);
            assert_eq!(Verb::from_keyword(verb.as_str().as_bytes()), Some(*verb));
        }
    }

    #[test]
    fn short_names_are_read_as_long_ones_are() {
        let mut short = 0;
        for verb in Verb::ALL {
            for name in [verb.as_str().into(), verb.as_str().to_ascii_lowercase()] {
                for behind in ["", " ", " x", "\r\n", "x", "-", ".", "]", "[", "\u{ff}"] {
                    let input = alloc::format!("{name}{behind}");
                    let (read, known) = (short_name(input.as_bytes()), long_name(input.as_bytes()));
                    assert!(read.is_none() || read == known, "{input} {read:?}");
                    short += usize::from(read.is_some());
                }
            }
        }
        assert!(short > Verb::ALL.len());
        let by_uid = |verb: &Verb| verb.as_str().starts_with("UID ");
        for verb in Verb::ALL {
            let name = alloc::format!("UID {verb}");
            assert_eq!(verb.by_uid(), Verb::from_keyword(name.as_bytes()));
        }
        assert_eq!(
            Verb::ALL.iter().filter(|verb| by_uid(verb)).count(),
            Verb::ALL.iter().filter(|verb| verb.by_uid().is_some()).count()
        );
    }

    #[test]
    fn rows() {
        let tagged = |command| TaggedCommand { tag: Tag::new("a1").unwrap(), command };
        let other =
            |octets: &'static str| Command::Other(OtherCommand::new(octets.as_bytes()).unwrap());
        check_rows(&[
            (b"a1 NOOP\r\n", tagged(Command::Noop)),
            (b"a1 GETACL INBOX\r\n", tagged(Command::GetAcl(Mailbox::INBOX))),
            (b"a1 FROB\r\n", tagged(other("FROB"))),
            (b"a1 FROB (x \"y\")\r\n", tagged(other("FROB (x \"y\")"))),
            (b"a1 UID\r\n", tagged(other("UID"))),
            (b"a1 UID FROB 1\r\n", tagged(other("UID FROB 1"))),
        ]);
        assert!(OtherCommand::new(b"NOOP").is_err() && OtherCommand::new(b"X\r\n").is_err());
        check_rejects::<TaggedCommand<'_>>(&[
            (b"\r\n", "tag", 0),
            (b"+ NOOP\r\n", "tag", 0),
            (b"a1\r\n", "SP", 2),
            (b"a1 \r\n", "command-name", 3),
            (b"a1 (NOOP)\r\n", "command-name", 3),
            (b"a1 NOOP x\r\n", "CRLF", 7),
            (b"a1 NOOP", "CRLF", 7),
            (b"a1 NOOP\n", "CRLF", 7),
            (b"a1 NOOP\r\r\n", "CRLF", 7),
            (b"a1 NOOP\r\na2 NOOP\r\n", "end", 9),
            (b"a1 GETACL\r\n", "SP", 9),
        ]);
        check_lenient::<TaggedCommand<'_>>(&[
            (b"a1 NOOP \r\n", Deviation::TrailingSpace, b"a1 NOOP\r\n"),
            (b"a1  NOOP\r\n", Deviation::ExtraSpaces, b"a1 NOOP\r\n"),
            (b"a1 NOOP\n", Deviation::BareLfLine, b"a1 NOOP\r\n"),
        ]);
    }
}
