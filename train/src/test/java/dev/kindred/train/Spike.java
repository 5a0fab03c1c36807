package dev.kindred.train;
import dev.kindred.encode.*;
import java.nio.*; import java.util.*;
public class Spike {
  public static void main(String[] a) throws Exception {
    System.out.println(ai.djl.engine.Engine.getEngine("PyTorch"));
    int side=Integer.parseInt(a[0]), n=Integer.parseInt(a[1]);
    Architecture arch=Architecture.conv4(1,side,64,64);
    Network net=new Network(arch,Weights.untrained(arch,1),ai.djl.Device.cpu());
    Random r=new Random(1);
    FloatBuffer b=ByteBuffer.allocateDirect(4*n*side*side).order(ByteOrder.nativeOrder()).asFloatBuffer();
    for(int i=0;i<n*side*side;i++) b.put(i,r.nextFloat());
    Map<String,float[]> g=new LinkedHashMap<>(); net.learned().forEach((k,v)->g.put(k,new float[v.length]));
    float[] dir=new float[n*64]; for(int i=0;i<dir.length;i++) dir[i]=r.nextFloat()-.5f;
    for(int round=0;round<6;round++){ long t=System.nanoTime(); for(int s=0;s<10;s++) net.step(b.rewind(),n,e->new Network.Slope(0,dir),g);
      System.out.printf("%d x %d: %.1f ms a step%n",n,side,(System.nanoTime()-t)/1e7);}
  }
}
