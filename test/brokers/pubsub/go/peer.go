package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"math"
	"net"
	"time"

	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
)

// request is what a connection carries; each operation reads the fields that it needs. Names are whole
// (projects/P/topics/T), messages are JSON as Protocol Buffers map it.
type request struct {
	Operation    string
	Server       string
	TimeoutMs    int
	Topic        string
	Subscription string
	Filter       string
	Ordering     bool
	Message      json.RawMessage
}

type failure struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

type answer struct {
	Result any      `json:"result,omitempty"`
	Error  *failure `json:"error,omitempty"`
}

// servePeer answers one request, a JSON object, on each connection.
func servePeer(address string) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	memories := newLedger()
	for {
		socket, err := listener.Accept()
		if err != nil {
			return err
		}
		go serve(socket, memories)
	}
}

func serve(socket net.Conn, memories *ledger) {
	defer socket.Close()
	var asked request
	// Who only wanted to know whether somebody listens asks nothing.
	if json.NewDecoder(socket).Decode(&asked) != nil {
		return
	}
	var said answer
	result, err := perform(asked, memories)
	if err != nil {
		said.Error = &failure{status.Code(err).String(), status.Convert(err).Message()}
	} else {
		said.Result = result
	}
	if err := json.NewEncoder(socket).Encode(said); err != nil {
		log.Print(err)
	}
}

func perform(asked request, memories *ledger) (any, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(asked.TimeoutMs)*time.Millisecond)
	defer cancel()
	connection, err := grpc.NewClient("passthrough:///"+asked.Server,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(math.MaxInt32)))
	if err != nil {
		return nil, err
	}
	defer connection.Close()
	publisher := pubsubpb.NewPublisherClient(connection)
	subscriber := pubsubpb.NewSubscriberClient(connection)
	switch asked.Operation {
	case "createTopic":
		_, err = publisher.CreateTopic(ctx, &pubsubpb.Topic{Name: asked.Topic})
	case "deleteTopic":
		_, err = publisher.DeleteTopic(ctx, &pubsubpb.DeleteTopicRequest{Topic: asked.Topic})
	case "createSubscription":
		_, err = subscriber.CreateSubscription(ctx, &pubsubpb.Subscription{
			Name: asked.Subscription, Topic: asked.Topic, Filter: asked.Filter, EnableMessageOrdering: asked.Ordering,
		})
	case "deleteSubscription":
		_, err = subscriber.DeleteSubscription(ctx, &pubsubpb.DeleteSubscriptionRequest{Subscription: asked.Subscription})
	case "publish":
		return publish(ctx, publisher, asked)
	case "read":
		return memories.of(asked.Server, asked.Subscription).read(ctx, subscriber, asked.Subscription)
	default:
		err = fmt.Errorf("there is no operation %s", asked.Operation)
	}
	return nil, err
}

func publish(ctx context.Context, publisher pubsubpb.PublisherClient, asked request) (any, error) {
	var message pubsubpb.PubsubMessage
	if err := protojson.Unmarshal(asked.Message, &message); err != nil {
		return nil, err
	}
	stored, err := publisher.Publish(ctx, &pubsubpb.PublishRequest{
		Topic: asked.Topic, Messages: []*pubsubpb.PubsubMessage{&message},
	})
	if err != nil {
		return nil, err
	}
	return stored.MessageIds[0], nil
}
