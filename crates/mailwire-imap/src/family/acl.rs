//! To be written.

use super::pending;

pending! {
    SetAcl
    DeleteAcl
    ListRights
    AclData
    ListRightsData
    MyRightsData
}
