import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.stream.StreamSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Kafka's own Java client as a second opinion, listening on the port of 127.0.0.1 that is its argument. A connection
 * carries one request, a JSON object on one line, and its answer: a line {"record": …} for each record that was read,
 * then {"result": …} or {"error": …}. The operations are those of peer.ts. Bytes are Base64.
 */
public final class Peer {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String ALLOWED_URLS = "org.apache.kafka.sasl.oauthbearer.allowed.urls";
  private static final Set<Class<?>> WRAPPERS = Set.of(ExecutionException.class, KafkaException.class);
  private static final Duration DEADLINE = Duration.ofSeconds(30);

  /** A request; each operation reads the fields that it needs. */
  record Request(String operation, String bootstrap, Map<String, String> properties, String topic, int partitions,
      short replicas, Map<String, String> configs, int partition, int to, byte[] key, byte[] value, String principal,
      String access) {}

  record Header(String name, byte[] value) {}

  record Stored(int partition, long offset, long timestamp, byte[] key, byte[] value, List<Header> headers) {}

  public static void main(String[] args) throws Exception {
    var threads = Executors.newCachedThreadPool();
    try (var server = new ServerSocket(Integer.parseInt(args[0]), 50, InetAddress.getByName("127.0.0.1"))) {
      while (true) {
        Socket socket = server.accept();
        threads.submit(() -> serve(socket));
      }
    }
  }

  private static Void serve(Socket socket) throws Exception {
    try (socket;
        var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        var out = new PrintStream(socket.getOutputStream(), false, StandardCharsets.UTF_8)) {
      String line = in.readLine();
      // Who only wanted to know whether somebody listens asks nothing.
      if (line == null) return null;
      try {
        answer(out, "result", perform(JSON.readValue(line, Request.class), out));
      } catch (Exception failure) {
        Throwable cause = failure;
        // These say only that something else has failed.
        while (WRAPPERS.contains(cause.getClass()) && cause.getCause() != null) cause = cause.getCause();
        answer(out, "error", Map.of("code", cause.getClass().getSimpleName(), "message", "" + cause.getMessage()));
      }
    }
    return null;
  }

  private static void answer(PrintStream out, String kind, Object content) throws Exception {
    out.println(JSON.writeValueAsString(Collections.singletonMap(kind, content)));
  }

  private static Object perform(Request request, PrintStream out) throws Exception {
    var properties = new HashMap<String, Object>();
    properties.put("bootstrap.servers", request.bootstrap);
    properties.put("default.api.timeout.ms", "20000");
    properties.put("delivery.timeout.ms", "20000");
    properties.put("max.block.ms", "20000");
    properties.put("request.timeout.ms", "5000");
    properties.putAll(request.properties);
    // Kafka reads a token from no file that the process does not allow.
    String token = request.properties.get("sasl.oauthbearer.token.endpoint.url");
    if (token != null) System.getProperties().merge(ALLOWED_URLS, token, (old, added) -> old + "," + added);
    if (request.operation.equals("read")) return read(request, properties, out);
    if (request.operation.equals("produce")) return produce(request, properties);
    try (Admin admin = Admin.create(properties)) {
      switch (request.operation) {
        case "createTopic" -> Topics.createTopic(request, admin);
        case "deleteTopic" -> admin.deleteTopics(List.of(request.topic)).all().get();
        case "addPartitions" -> Topics.addPartitions(request, admin);
        case "setTopicConfig" -> Topics.setTopicConfig(request, admin);
        case "moveLeader" -> Topics.moveLeader(request, admin);
        case "allow" -> Topics.allow(request, admin);
        case "partitions" -> {
          return Topics.partitions(request, admin);
        }
        case "ends" -> {
          return Topics.ends(request, admin);
        }
        default -> throw new IllegalArgumentException("there is no operation " + request.operation);
      }
      return null;
    }
  }

  private static Object produce(Request request, Map<String, Object> properties) throws Exception {
    var serializer = new ByteArraySerializer();
    try (var producer = new KafkaProducer<>(properties, serializer, serializer)) {
      var stored = producer.send(new ProducerRecord<>(request.topic, request.key, request.value)).get();
      return Map.of("partition", stored.partition(), "offset", stored.offset());
    }
  }

  /** Every record from the beginning of each partition to the end that it has now. */
  private static Object read(Request request, Map<String, Object> properties, PrintStream out) throws Exception {
    properties.put("allow.auto.create.topics", "false");
    properties.put("fetch.max.wait.ms", "10");
    var deserializer = new ByteArrayDeserializer();
    try (var consumer = new KafkaConsumer<>(properties, deserializer, deserializer)) {
      var infos = consumer.partitionsFor(request.topic);
      if (infos.isEmpty()) throw new UnknownTopicOrPartitionException("there is no topic " + request.topic);
      var partitions = infos.stream().map(info -> new TopicPartition(info.topic(), info.partition())).toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      var ends = consumer.endOffsets(partitions);
      await("the records", () -> {
        if (partitions.stream().allMatch(partition -> consumer.position(partition) >= ends.get(partition))) return true;
        for (var record : consumer.poll(Duration.ofMillis(100))) {
          var partition = new TopicPartition(record.topic(), record.partition());
          if (record.offset() < ends.get(partition)) answer(out, "record", stored(record));
        }
        return false;
      });
    }
    return null;
  }

  private static Stored stored(ConsumerRecord<byte[], byte[]> record) {
    var headers = StreamSupport.stream(record.headers().spliterator(), false)
        .map(header -> new Header(header.key(), header.value()))
        .toList();
    return new Stored(
        record.partition(), record.offset(), record.timestamp(), record.key(), record.value(), headers);
  }

  interface Condition {
    boolean holds() throws Exception;
  }

  static void await(String what, Condition condition) throws Exception {
    long start = System.nanoTime();
    while (!condition.holds()) {
      if (System.nanoTime() - start > DEADLINE.toNanos()) throw new IllegalStateException("waited in vain for " + what);
      Thread.sleep(5);
    }
  }
}
