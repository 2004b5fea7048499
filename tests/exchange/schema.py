"""A schema for the declaration of certified people, written from public descriptions: names and order, no more."""

XSD = """<?xml version="1.0" encoding="UTF-8"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:cpf="urn:cdc:cpf:pc5:schema:1.0.0"
  targetNamespace="urn:cdc:cpf:pc5:schema:1.0.0" elementFormDefault="qualified">
  <xs:element name="flux"><xs:complexType><xs:sequence>
    <xs:element name="idFlux" type="xs:string"/>
    <xs:element name="horodatage" type="xs:dateTime"/>
    <xs:element name="emetteur"><xs:complexType><xs:sequence>
      <xs:element name="idClient" type="cpf:client"/>
      <xs:element name="certificateurs"><xs:complexType><xs:sequence>
        <xs:element name="certificateur"><xs:complexType><xs:sequence>
          <xs:element name="idClient" type="cpf:client"/>
          <xs:element name="idContrat" type="xs:string"/>
          <xs:element name="certifications"><xs:complexType><xs:sequence>
            <xs:element name="certification"><xs:complexType><xs:sequence>
              <xs:element name="type"><xs:simpleType><xs:restriction base="xs:string">
                <xs:enumeration value="RNCP"/><xs:enumeration value="RS"/></xs:restriction></xs:simpleType></xs:element>
              <xs:element name="code" type="xs:string"/>
              <xs:element name="passageCertifications"><xs:complexType><xs:sequence>
                <xs:element name="passageCertification" maxOccurs="unbounded" type="cpf:passage"/>
              </xs:sequence></xs:complexType></xs:element>
            </xs:sequence></xs:complexType></xs:element>
          </xs:sequence></xs:complexType></xs:element>
        </xs:sequence></xs:complexType></xs:element>
      </xs:sequence></xs:complexType></xs:element>
    </xs:sequence></xs:complexType></xs:element>
  </xs:sequence></xs:complexType></xs:element>
  <xs:simpleType name="client"><xs:restriction base="xs:string"><xs:maxLength value="8"/></xs:restriction></xs:simpleType>
  <xs:complexType name="passage"><xs:sequence>
    <xs:element name="idTechnique" type="xs:string"/>
    <xs:element name="obtentionCertification"><xs:simpleType><xs:restriction base="xs:string">
      <xs:enumeration value="PAR_ADMISSION"/><xs:enumeration value="PAR_SCORING"/></xs:restriction></xs:simpleType></xs:element>
    <xs:element name="donneeCertifiee" type="xs:boolean"/>
    <xs:element name="dateDebutValidite" type="xs:date"/>
    <xs:element name="dateFinValidite" type="xs:date" nillable="true"/>
    <xs:element name="presenceNiveauLangueEuro" type="xs:boolean"/>
    <xs:element name="presenceNiveauNumeriqueEuro" type="xs:boolean"/>
    <xs:element name="scoring" type="xs:string" nillable="true"/>
    <xs:element name="mentionValidee" type="xs:string" nillable="true"/>
    <xs:element name="modalitesInscription"><xs:complexType><xs:sequence>
      <xs:element name="modaliteAcces" type="xs:string"/></xs:sequence></xs:complexType></xs:element>
    <xs:element name="identificationTitulaire"><xs:complexType><xs:sequence>
      <xs:element name="titulaire"><xs:complexType><xs:sequence>
        <xs:element name="nomNaissance" type="xs:string"/>
        <xs:element name="nomUsage" type="xs:string" minOccurs="0"/>
        <xs:element name="prenom1" type="xs:string"/>
        <xs:element name="anneeNaissance" type="xs:gYear"/>
        <xs:element name="moisNaissance" type="xs:string"/>
        <xs:element name="jourNaissance" type="xs:string"/>
        <xs:element name="sexe" type="xs:string"/>
        <xs:element name="codeCommuneNaissance"><xs:complexType><xs:sequence>
          <xs:element name="codePostalNaissance"><xs:complexType><xs:sequence>
            <xs:element name="codePostal"><xs:simpleType><xs:restriction base="xs:string">
              <xs:pattern value="[0-9]{5}"/></xs:restriction></xs:simpleType></xs:element>
          </xs:sequence></xs:complexType></xs:element>
        </xs:sequence></xs:complexType></xs:element>
      </xs:sequence></xs:complexType></xs:element>
    </xs:sequence></xs:complexType></xs:element>
  </xs:sequence></xs:complexType>
</xs:schema>
"""
