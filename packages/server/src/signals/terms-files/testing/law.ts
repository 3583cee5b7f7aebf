/*
 * Small files of the shape in which the law sources are published. All organisations are made up.
 */

interface UnEntity {
  readonly reference: string
  readonly name: string
  readonly aliases?: readonly (readonly [quality: string, text: string])[]
  readonly original?: string
  readonly regime?: string
  readonly delisted?: string
  readonly extra?: string
}

export const unFile = (
  entities: readonly UnEntity[],
  day = '2026-10-01',
): string => `<?xml version="1.0" encoding="UTF-8"?>
<CONSOLIDATED_LIST xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="https://scsanctions.un.org/resources/xsd/sc-sanctions.xsd" dateGenerated="${day}T08:00:12.345Z">
  <INDIVIDUALS><INDIVIDUAL><DATAID>1</DATAID><FIRST_NAME>JANE</FIRST_NAME><ANYTHING/></INDIVIDUAL></INDIVIDUALS>
  <ENTITIES>${entities.map(unEntity).join('')}
  </ENTITIES>
</CONSOLIDATED_LIST>
`

const unEntity = (one: UnEntity): string => `
    <ENTITY>
      <DATAID>900001</DATAID><VERSIONNUM>1</VERSIONNUM>
      <FIRST_NAME>${one.name}</FIRST_NAME>
      <UN_LIST_TYPE>${one.regime ?? 'Al-Qaida'}</UN_LIST_TYPE>
      <REFERENCE_NUMBER>${one.reference}</REFERENCE_NUMBER>
      <LISTED_ON>2004-05-06</LISTED_ON>
      ${one.delisted === undefined ? '' : `<DELISTED_ON>${one.delisted}</DELISTED_ON>`}
      ${one.original === undefined ? '<NAME_ORIGINAL_SCRIPT/>' : `<NAME_ORIGINAL_SCRIPT>${one.original}</NAME_ORIGINAL_SCRIPT>`}
      <COMMENTS1>Made up. Review concluded on 1 Jan. 2020.</COMMENTS1>
      <LIST_TYPE><VALUE>UN List</VALUE></LIST_TYPE>
      <LAST_DAY_UPDATED><VALUE>2011-12-13</VALUE><VALUE>2021-11-15</VALUE></LAST_DAY_UPDATED>
      ${(one.aliases ?? []).map(([quality, text]) => `<ENTITY_ALIAS><QUALITY>${quality}</QUALITY><ALIAS_NAME>${text}</ALIAS_NAME></ENTITY_ALIAS>`).join('')}
      <ENTITY_ADDRESS><STREET>1 Quay Road</STREET><CITY>Farhaven</CITY><COUNTRY>Nowhere</COUNTRY></ENTITY_ADDRESS>
      <SORT_KEY/><SORT_KEY_LAST_MOD/>${one.extra ?? ''}
    </ENTITY>`

interface EuEntity {
  readonly reference: string
  readonly names: readonly { readonly text: string; readonly lang?: string; readonly weak?: boolean }[]
  readonly programme?: string
  readonly subject?: string
  readonly un?: string
  readonly extra?: string
}

export const euFile = (
  entities: readonly EuEntity[],
  day = '2026-10-02',
): string => `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<export xmlns="http://eu.europa.ec/fpi/fsd/export" generationDate="${day}T16:47:04.449+02:00" globalFileId="100001">${entities.map(euEntity).join('')}
</export>
`

const euEntity = (one: EuEntity): string => `
  <sanctionEntity designationDetails="" unitedNationId="${one.un ?? ''}" euReferenceNumber="${one.reference}" logicalId="207">
    <remark>Made up</remark>
    <regulation regulationType="amendment" organisationType="council" publicationDate="2018-03-22" entryIntoForceDate="2018-03-23" numberTitle="2018/468 (OJ L79)" programme="${one.programme ?? 'TERR'}" logicalId="1">
      <publicationUrl>http://eur-lex.europa.eu/example?a=1&amp;b=2</publicationUrl>
    </regulation>
    <subjectType code="${one.subject ?? 'enterprise'}" classificationCode="E"/>
    ${one.names.map(euName).join('')}
    <address city="Farhaven" street="1 Quay Road" countryIso2Code="00" logicalId="3"><contactInfo key="PHONE" value="0"/></address>${one.extra ?? ''}
  </sanctionEntity>`

const euName = ({ text, lang, weak }: EuEntity['names'][number]): string =>
  `<nameAlias firstName="" middleName="" lastName="" wholeName="${text}" function="" title="" nameLanguage="${lang ?? ''}" strong="${weak !== true}" regulationLanguage="en" logicalId="2"><regulationSummary regulationType="amendment" publicationDate="2007-12-20" numberTitle="2007/868/EC (OJ L340)"/></nameAlias>`

/** @param lines what stands in the `Text` of each line, as XML */
export const ukFile = (lines: readonly string[], day = '2026-09-30'): string => `<?xml version="1.0" encoding="utf-8"?>
<Legislation xmlns="http://www.legislation.gov.uk/namespaces/legislation" DocumentURI="http://www.legislation.gov.uk/ukpga/2000/11/schedule/2" NumberOfProvisions="1">
  <ukm:Metadata xmlns:ukm="http://www.legislation.gov.uk/namespaces/metadata" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dct="http://purl.org/dc/terms/">
    <dc:title>Terrorism Act 2000</dc:title><dc:publisher>Statute Law Database</dc:publisher><dct:valid>${day}</dct:valid>
  </ukm:Metadata>
  <Primary><Schedules><Schedule id="schedule-2" RestrictExtent="E+W+S+N.I.">
    <Number>SCHEDULE 2</Number><TitleBlock><Title>Proscribed Organisations</Title></TitleBlock><Reference>Section 3.</Reference>
    <ScheduleBody><P><UnorderedList Decoration="none">${lines
      .map((line) => `<ListItem><Para><Text>${line}</Text></Para></ListItem>`)
      .join('\n      ')}</UnorderedList></P></ScheduleBody>
  </Schedule></Schedules></Primary>
  <Commentaries>
    <Commentary id="c1" Type="F"><Para><Text>Words in Sch. 2 inserted (29.3.2014) by <Citation>S.I. 2014/999</Citation>, art. 2</Text></Para></Commentary>
    <Commentary id="c2" Type="F"><Para><Text>Words in Sch. 2 omitted (5.6.2019) by S.I. 2019/999, art. 2</Text></Para></Commentary>
  </Commentaries>
</Legislation>
`
