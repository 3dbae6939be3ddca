// A MongoDB-compatible gateway for tests: FerretDB in front of a PostgreSQL server with the DocumentDB extension.
//
// Usage: gateway POSTGRESQL_URL LISTEN_ADDRESS STATE_FOLDER
//
// It prints the URI at which it answers and runs until its standard input is closed, so that it never outlives the
// program that started it. It asks nobody for a password: listen on loopback only.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"

	"github.com/FerretDB/FerretDB/v2/ferretdb"
)

func main() {
	if len(os.Args) != 4 {
		fail(fmt.Errorf("usage: gateway POSTGRESQL_URL LISTEN_ADDRESS STATE_FOLDER"))
	}
	telemetry := false
	gateway, err := ferretdb.New(&ferretdb.Config{
		PostgreSQLURL: os.Args[1],
		ListenAddr:    os.Args[2],
		StateDir:      os.Args[3],
		LogLevel:      slog.LevelError,
		LogOutput:     os.Stderr,
		Telemetry:     &telemetry,
	})
	if err != nil {
		fail(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	go func() { fmt.Println(gateway.MongoDBURI()) }()
	gateway.Run(ctx)
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
