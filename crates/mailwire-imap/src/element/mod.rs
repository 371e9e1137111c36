//! Wire elements that several command families use, one file each.
//!
//! | to know | open |
//! |---|---|
//! | which messages are meant | [`sequence`] |
//! | what is marked on a message | [`flag`] |
//! | what a mailbox is called, and what LIST looks for | [`mailbox`], [`mutf7`] |
//! | which mailboxes are meant | [`mailbox_filter`] |
//! | days and points in time | [`date`] |
//! | numbers, modification sequences, identifiers | [`number`], [`mod_seq`], [`object_id`] |
//! | what SEARCH and SORT find | [`numbers`], [`partial_range`] |
//! | strings, atoms and NIL; octets of any kind | [`string`], [`literal`] |
//! | octets of a message in an answer | [`body_value`] |
//! | the header of a message | [`envelope`], [`address`] |
//! | the structure of a message | [`body_structure`] |
//! | a section of a message | [`section`] |
//! | notes on a message | [`annotation`] |
//! | an annotation of a mailbox or of the server | [`entry`] |
//! | a message on another server | [`url`] |
//! | what a command and its answer have in common | [`tag`] |
//! | lists of any of these | [`items`] |
//! | what an extension adds, known or not | [`parameter`], [`raw`] |
//! | what breaks the grammar of a value | [`invalid`] |
//! | what is said to people | [`text`] |

pub mod address;
pub mod annotation;
pub mod body_structure;
pub mod body_value;
pub mod date;
pub mod entry;
pub mod envelope;
pub mod flag;
pub mod invalid;
pub mod items;
pub mod literal;
pub mod mailbox;
pub mod mailbox_filter;
pub mod mod_seq;
pub mod mutf7;
pub mod number;
pub mod numbers;
pub mod object_id;
pub mod parameter;
pub mod partial_range;
pub mod raw;
pub mod section;
pub mod sequence;
pub mod string;
pub mod tag;
pub mod text;
pub mod url;
