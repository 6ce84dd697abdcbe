package main

import (
	"context"
	"encoding/json"
	"sync"

	"cloud.google.com/go/pubsub/v2/apiv1/pubsubpb"
	"google.golang.org/protobuf/encoding/protojson"
)

// ledger has a memory for each subscription, by its server and name: that of a subscription which was made again, on a
// server that was started again, goes on.
type ledger struct {
	mutex    sync.Mutex
	memories map[[2]string]*memory
}

// memory is what a subscription has given, in order of arrival.
type memory struct {
	mutex    sync.Mutex
	messages []json.RawMessage
	seen     map[string]bool
}

func newLedger() *ledger {
	return &ledger{memories: map[[2]string]*memory{}}
}

func (l *ledger) of(server, subscription string) *memory {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	key := [2]string{server, subscription}
	if l.memories[key] == nil {
		l.memories[key] = &memory{messages: []json.RawMessage{}, seen: map[string]bool{}}
	}
	return l.memories[key]
}

// read pulls until the server has nothing left, acknowledges it, and gives all that was ever pulled.
func (m *memory) read(ctx context.Context, from pubsubpb.SubscriberClient, subscription string) (any, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	for {
		// Without ReturnImmediately, an empty subscription answers late or never.
		pulled, err := from.Pull(ctx, &pubsubpb.PullRequest{
			Subscription: subscription, MaxMessages: 1000, ReturnImmediately: true,
		})
		if err != nil {
			return nil, err
		}
		if len(pulled.ReceivedMessages) == 0 {
			return m.messages, nil
		}
		var ids []string
		for _, received := range pulled.ReceivedMessages {
			if err := m.remember(received.Message); err != nil {
				return nil, err
			}
			ids = append(ids, received.AckId)
		}
		acknowledgement := &pubsubpb.AcknowledgeRequest{Subscription: subscription, AckIds: ids}
		if _, err := from.Acknowledge(ctx, acknowledgement); err != nil {
			return nil, err
		}
	}
}

func (m *memory) remember(message *pubsubpb.PubsubMessage) error {
	// A server that was started again counts from the beginning.
	key := message.MessageId + " " + message.PublishTime.AsTime().String()
	if m.seen[key] {
		return nil
	}
	text, err := protojson.MarshalOptions{EmitUnpopulated: true}.Marshal(message)
	if err != nil {
		return err
	}
	m.seen[key] = true
	m.messages = append(m.messages, text)
	return nil
}
