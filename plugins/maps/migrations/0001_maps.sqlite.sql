CREATE TABLE maps_ward (
    code VARCHAR NOT NULL,
    position INTEGER NOT NULL,
    kind VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    full_name VARCHAR NOT NULL,
    name_en VARCHAR NOT NULL,
    area_km2 FLOAT NOT NULL,
    lat FLOAT NOT NULL,
    lng FLOAT NOT NULL,
    south FLOAT NOT NULL,
    west FLOAT NOT NULL,
    north FLOAT NOT NULL,
    east FLOAT NOT NULL,
    name_folded VARCHAR NOT NULL,
    folded VARCHAR NOT NULL,
    CONSTRAINT pk_maps_ward PRIMARY KEY (code)
);
CREATE INDEX ix_maps_ward_position ON maps_ward (position, code);
CREATE INDEX ix_maps_ward_name ON maps_ward (name_folded);
CREATE TABLE maps_shape (
    ward_code VARCHAR NOT NULL,
    wkb BLOB NOT NULL,
    CONSTRAINT pk_maps_shape PRIMARY KEY (ward_code)
);
CREATE TABLE maps_import (
    -- AUTOINCREMENT: a version is never given twice, so a cache that compares versions cannot be fooled.
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at DATETIME NOT NULL,
    wards INTEGER NOT NULL
);
CREATE TABLE maps_former_unit (
    id INTEGER NOT NULL,
    code VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    district VARCHAR NOT NULL,
    province VARCHAR NOT NULL,
    ward_code VARCHAR NOT NULL,
    share VARCHAR NOT NULL,
    name_folded VARCHAR NOT NULL,
    name_bare VARCHAR NOT NULL,
    address_folded VARCHAR NOT NULL,
    address_bare VARCHAR NOT NULL,
    CONSTRAINT pk_maps_former_unit PRIMARY KEY (id)
);
CREATE UNIQUE INDEX uq_maps_former_unit_code ON maps_former_unit (code, ward_code);
CREATE INDEX ix_maps_former_unit_ward ON maps_former_unit (ward_code, code);
CREATE INDEX ix_maps_former_unit_name ON maps_former_unit (name_folded);
CREATE INDEX ix_maps_former_unit_bare ON maps_former_unit (name_bare);
