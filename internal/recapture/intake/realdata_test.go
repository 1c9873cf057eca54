package intake_test

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/winback-auto/winback/internal/recapture/intake"
	"github.com/winback-auto/winback/internal/vehicle"
)

// TestARealListIsReadLikeAnIndependentReaderReadsIt runs over real listings that are no part of the project.
func TestARealListIsReadLikeAnIndependentReaderReadsIt(t *testing.T) {
	folder := os.Getenv("WINBACK_DATA")
	if folder == "" {
		t.Skip("WINBACK_DATA is not set: it names the folder with listings/carscom_cars_raw.csv.gz (a CSV with the column VIN)")
	}
	packed, err := os.Open(filepath.Join(folder, "listings", "carscom_cars_raw.csv.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	unpacked, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	file, err := io.ReadAll(unpacked)
	if err != nil {
		t.Fatal(err)
	}

	rows, err := csv.NewReader(bytes.NewReader(file)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	vinColumn := slices.Index(rows[0], "VIN")
	var distinct []string
	valid, seen := 0, map[string]bool{}
	for _, row := range rows[1:] {
		vin := vehicle.NormaliseVIN(row[vinColumn])
		if !vehicle.ValidVIN(vin) {
			continue
		}
		valid++
		if !seen[vin] {
			seen[vin] = true
			distinct = append(distinct, vin)
		}
	}

	list, err := intake.Parse(file, australian)
	if err != nil {
		t.Fatal(err)
	}
	var accepted []string
	for _, row := range list.Rows {
		accepted = append(accepted, row.Vehicle.VIN)
	}
	if !slices.Equal(accepted, distinct) {
		t.Errorf("%d vehicles accepted, want %d", len(accepted), len(distinct))
	}
	if list.Total != len(rows)-1 || len(list.Duplicates) != valid-len(distinct) || len(list.Rejected) != list.Total-valid {
		t.Errorf("%d rows: %d accepted, %d duplicates, %d rejected; want %d rows: %d, %d, %d",
			list.Total, len(list.Rows), len(list.Duplicates), len(list.Rejected), len(rows)-1, len(distinct), valid-len(distinct), len(rows)-1-valid)
	}
	t.Logf("%d rows: %d accepted, %d duplicates, %d rejected", list.Total, len(list.Rows), len(list.Duplicates), len(list.Rejected))
}
