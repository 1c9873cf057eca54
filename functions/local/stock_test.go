package main

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/winback-auto/winback/internal/local/fleet"
	"github.com/winback-auto/winback/internal/vehicle"
)

// stock is vehicles to upload, and the lists that they are uploaded in.
type stock struct {
	vehicles []vehicle.Vehicle
	cars     []fleet.Car // the same ones, where they are invented
	lists    [][]byte
}

// listSize keeps a list below the rows and bytes that an upload may have.
const listSize = 10_000

// newStock is n vehicles that all differ: real ones, as far as they go, where WINBACK_DATA names the folder with the
// listings; else invented.
func newStock(tb testing.TB, n int) (s stock) {
	tb.Helper()
	s.cars = fleet.Generate(2026, n)
	if folder := os.Getenv("WINBACK_DATA"); folder != "" {
		for i, v := range listed(tb, filepath.Join(folder, "listings", "carscom_cars_raw.csv.gz"), n) {
			s.cars[i].Vehicle = v // without a plate, for it is a foreign car; the people stay invented
		}
	}
	for _, car := range s.cars {
		s.vehicles = append(s.vehicles, car.Vehicle)
	}
	for part := range slices.Chunk(s.cars, listSize) {
		var list bytes.Buffer
		if err := fleet.WriteList(&list, part); err != nil {
			tb.Fatal(err)
		}
		s.lists = append(s.lists, list.Bytes())
	}
	return s
}

// listed are the first n vehicles of a feed that differ.
func listed(tb testing.TB, path string, n int) (vehicles []vehicle.Vehicle) {
	tb.Helper()
	file, err := os.Open(path)
	if err != nil {
		tb.Fatal(err)
	}
	defer file.Close()
	plain, err := gzip.NewReader(file)
	if err != nil {
		tb.Fatal(err)
	}
	rows := csv.NewReader(plain)
	header, err := rows.Read()
	if err != nil {
		tb.Fatal(err)
	}
	known := map[string]bool{}
	for len(vehicles) < n {
		row, err := rows.Read()
		if err != nil {
			break
		}
		of := func(column string) string { return row[slices.Index(header, column)] }
		vin := of("VIN")
		if known[vin] || !vehicle.ValidVIN(vin) {
			continue
		}
		known[vin] = true
		year, _ := strconv.Atoi(of("Year"))
		vehicles = append(vehicles, vehicle.Vehicle{VIN: vin, Make: of("Make"), Model: of("Model"), Year: year})
	}
	return vehicles
}
