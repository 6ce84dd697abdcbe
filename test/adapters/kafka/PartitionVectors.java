import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.utils.Utils;

/**
 * Prints partition-vectors.csv, as Kafka's own client computes it:
 * java -Dfile.encoding=UTF-8 -cp 'JARS/*' PartitionVectors.java > partition-vectors.csv
 */
final class PartitionVectors {
  public static void main(String[] args) {
    System.out.println("key,murmur2,of 7,of 100");
    print(new byte[0]);
    for (int length = 1; length <= 20; length++) {
      var bytes = new byte[length];
      print(bytes);
      Arrays.fill(bytes, (byte) 0xff);
      print(bytes);
      for (int at = 0; at < length; at++) bytes[at] = (byte) (at * 37 + length);
      print(bytes);
      for (int at = 0; at < length; at++) bytes[at] = (byte) (at % 2 == 0 ? 0xc3 - at : at);
      print(bytes);
    }
    for (String text : new String[] {"batches/1", "projects/acme/batches/123456789", "Größe", "漢字", "😀", "e\u0301"})
      print(text.getBytes(StandardCharsets.UTF_8));
    for (int length : new int[] {255, 256, 1023, 4097}) {
      var bytes = new byte[length];
      for (int at = 0; at < length; at++) bytes[at] = (byte) (at * 37 + length);
      print(bytes);
    }
  }

  private static void print(byte[] key) {
    String hex = HexFormat.of().formatHex(key);
    int of7 = BuiltInPartitioner.partitionForKey(key, 7);
    int of100 = BuiltInPartitioner.partitionForKey(key, 100);
    System.out.println(hex + "," + Utils.murmur2(key) + "," + of7 + "," + of100);
  }
}
