CREATE TABLE agencies_agency (
    key VARCHAR NOT NULL,
    position INTEGER NOT NULL,
    kind VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    name_en VARCHAR NOT NULL,
    parent_key VARCHAR,
    ward_code VARCHAR,
    address VARCHAR,
    phone VARCHAR,
    valid_from DATE,
    source VARCHAR NOT NULL,
    folded VARCHAR NOT NULL,
    CONSTRAINT pk_agencies_agency PRIMARY KEY (key)
);
CREATE INDEX ix_agencies_agency_position ON agencies_agency (position, key);
CREATE INDEX ix_agencies_agency_parent ON agencies_agency (parent_key, position, key);
-- Two committees of one ward would both answer for it.
CREATE UNIQUE INDEX uq_agencies_agency_commune ON agencies_agency (ward_code) WHERE kind = 'COMMUNE_PC';
CREATE TABLE agencies_sector (
    code VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    name_en VARCHAR NOT NULL,
    CONSTRAINT pk_agencies_sector PRIMARY KEY (code)
);
CREATE TABLE agencies_held_sector (
    agency_key VARCHAR NOT NULL,
    sector_code VARCHAR NOT NULL,
    CONSTRAINT pk_agencies_held_sector PRIMARY KEY (agency_key, sector_code)
);
CREATE INDEX ix_agencies_held_sector_sector ON agencies_held_sector (sector_code, agency_key);
CREATE TABLE agencies_assignment (
    category VARCHAR NOT NULL,
    ward_code VARCHAR NOT NULL,
    agency_key VARCHAR,
    basis VARCHAR NOT NULL,
    CONSTRAINT pk_agencies_assignment PRIMARY KEY (category, ward_code)
);
CREATE INDEX ix_agencies_assignment_agency ON agencies_assignment (agency_key, ward_code);
