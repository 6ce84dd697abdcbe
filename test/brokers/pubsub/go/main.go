// Command pubsubtest is what tests of Pub/Sub need beside the emulator, on a port of 127.0.0.1:
//
//	pubsubtest pstest PORT   Google's fake server, in memory
//	pubsubtest peer PORT     the reader and administrator of peer.ts
package main

import (
	"log"
	"net"
	"os"

	"cloud.google.com/go/pubsub/v2/pstest"
)

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: pubsubtest pstest|peer PORT")
	}
	address := net.JoinHostPort("127.0.0.1", os.Args[2])
	switch os.Args[1] {
	case "pstest":
		pstest.NewServerWithAddress(address)
		select {}
	case "peer":
		log.Fatal(servePeer(address))
	default:
		log.Fatalf("there is no command %s", os.Args[1])
	}
}
