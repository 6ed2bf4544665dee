//! Pictures of contacts: their bytes, whatever they are.

use crate::{Acting, Error, Operation, PartyId, client::equals, exchange::not_understood, wire};

impl Acting {
    /// The bytes of a contact's picture, the preferred one where there are several.
    pub async fn picture(&self, id: &PartyId) -> Result<Option<Vec<u8>>, Error> {
        let operation = Operation::ReadPicture;
        let filter = equals(operation, "PartyId", id.as_str())?;
        let answer = self.read(operation, || self.client.get(&["api", "PartyImage"]).query(&[&filter])).await?;
        let (rows, _) = wire::page(answer).ok_or_else(|| not_understood(operation))?;
        let of_contact = rows.iter().filter_map(wire::picture).filter(|picture| picture.party == id.as_str());
        // The first of the preferred ones, else the first of all.
        let best = of_contact.min_by_key(|picture| !picture.preferred);
        Ok(best.map(|picture| picture.bytes))
    }
}
