import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** What the peer does to topics. */
final class Topics {
  record Partition(int partition, Integer leader, List<Integer> replicas, List<Integer> isr) {}

  static void createTopic(Peer.Request request, Admin admin) throws Exception {
    var topic = new NewTopic(request.topic(), request.partitions(), request.replicas()).configs(request.configs());
    admin.createTopics(List.of(topic)).all().get();
    awaitLeaders(request, admin);
  }

  static void addPartitions(Peer.Request request, Admin admin) throws Exception {
    admin.createPartitions(Map.of(request.topic(), NewPartitions.increaseTo(request.partitions()))).all().get();
    awaitLeaders(request, admin);
  }

  /** The controller knows of partitions before the brokers do. */
  private static void awaitLeaders(Peer.Request request, Admin admin) throws Exception {
    Peer.await("leaders", () -> {
      try {
        var found = describe(request, admin);
        if (found.size() != request.partitions() || found.stream().anyMatch(info -> info.leader() == null)) return false;
        // Answered only by leaders that know that they are.
        var ask = found.stream().collect(Collectors.toMap(
            info -> new TopicPartition(request.topic(), info.partition()), info -> OffsetSpec.latest()));
        admin.listOffsets(ask).all().get();
        return true;
      } catch (ExecutionException failure) {
        if (failure.getCause() instanceof UnknownTopicOrPartitionException) return false;
        throw failure;
      }
    });
  }

  static void setTopicConfig(Peer.Request request, Admin admin) throws Exception {
    Collection<AlterConfigOp> changes = request.configs().entrySet().stream()
        .map(entry -> new ConfigEntry(entry.getKey(), entry.getValue()))
        .map(entry -> new AlterConfigOp(entry, AlterConfigOp.OpType.SET))
        .toList();
    var resource = new ConfigResource(ConfigResource.Type.TOPIC, request.topic());
    admin.incrementalAlterConfigs(Map.of(resource, changes)).all().get();
  }

  static void moveLeader(Peer.Request request, Admin admin) throws Exception {
    var partition = new TopicPartition(request.topic(), request.partition());
    var others = ids(describe(request, admin).get(request.partition()).replicas()).filter(id -> id != request.to());
    var order = new NewPartitionReassignment(Stream.concat(Stream.of(request.to()), others).toList());
    admin.alterPartitionReassignments(Map.of(partition, Optional.of(order))).all().get();
    Peer.await("the new leader", () -> {
      // Its answer, by partition, may be that this is not needed, or not possible yet.
      admin.electLeaders(ElectionType.PREFERRED, Set.of(partition)).partitions().get();
      Node leader = describe(request, admin).get(request.partition()).leader();
      return leader != null && leader.id() == request.to();
    });
  }

  static void allow(Peer.Request request, Admin admin) throws Exception {
    var pattern = new ResourcePattern(ResourceType.TOPIC, request.topic(), PatternType.LITERAL);
    var operation = AclOperation.fromString(request.access());
    var entry = new AccessControlEntry(request.principal(), "*", operation, AclPermissionType.ALLOW);
    admin.createAcls(List.of(new AclBinding(pattern, entry))).all().get();
  }

  static List<Partition> partitions(Peer.Request request, Admin admin) throws Exception {
    return describe(request, admin).stream().map(info -> {
      Integer leader = info.leader() == null ? null : info.leader().id();
      return new Partition(info.partition(), leader, ids(info.replicas()).toList(), ids(info.isr()).toList());
    }).toList();
  }

  /** How many records the topic was ever given, those included that it has forgotten. */
  static long ends(Peer.Request request, Admin admin) throws Exception {
    var ask = describe(request, admin).stream().collect(Collectors.toMap(
        info -> new TopicPartition(request.topic(), info.partition()), info -> OffsetSpec.latest()));
    return admin.listOffsets(ask).all().get().values().stream().mapToLong(end -> end.offset()).sum();
  }

  private static List<TopicPartitionInfo> describe(Peer.Request request, Admin admin) throws Exception {
    return admin.describeTopics(List.of(request.topic())).allTopicNames().get().get(request.topic()).partitions();
  }

  private static Stream<Integer> ids(List<Node> nodes) {
    return nodes.stream().map(Node::id);
  }
}
